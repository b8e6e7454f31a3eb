"""How far the import of one log has come: the lines that are done, and the stint that is at work.

A log is known by its first line and by how it began when it was first seen,
so it is the same log when it has grown or was compressed. A *stint* takes in
the lines from `from_line` on. It is cut into chunks of 1,000 lines, so that
running it again makes the very same chunks; the last, shorter one is fixed by
`until_line` before any of it is written. When the stint is done its salt is
forgotten, and a log that has grown begins another one there.

Everything lies in the hash `gs:import:NAME`, without expiry, and while a
stint lasts in the sets `gs:import:{p}:NAME` of chunks that are on the stream.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from shared import keys
from shared.connection import Client

CHUNK_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Stint:
    """One go at the lines from `from_line` on, which may take several runs."""

    from_line: int
    until_line: int | None
    """Where it ends, None while the end of the log has not been met."""
    started_ms: int
    salt: bytes


class Progress:
    """The progress of one import, by its name."""

    def __init__(self, redis: Client, name: str, done_lines: int) -> None:
        self._redis = redis
        self.name = name
        self.done_lines = done_lines
        """The lines that earlier stints took in."""

    async def begin(self, now_ms: int) -> Stint:
        """Return the stint at work, or a new one that begins where the last one ended."""
        head = keys.import_head(self.name)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(head, "started_ms", now_ms)
            pipe.hsetnx(head, "salt", secrets.token_hex(32))
            pipe.hgetall(head)
            *_, found = await pipe.execute()
        until = found.get(b"until_line")
        return Stint(
            from_line=int(found.get(b"from_line", 0)),
            until_line=None if until is None else int(until),
            started_ms=int(found[b"started_ms"]),
            salt=bytes.fromhex(found[b"salt"].decode()),
        )

    async def end_at(self, line: int) -> None:
        """Fix where the stint ends. Done before its last chunk is written, so that a rerun cuts it alike."""
        await self._redis.hset(keys.import_head(self.name), "until_line", line)

    async def finish(self, line: int, partitions: int) -> None:
        """Note that every line before `line` is on the streams, and forget how it got there."""
        head = keys.import_head(self.name)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(head, "from_line", line)
            pipe.hdel(head, "until_line", "started_ms", "salt")
            await pipe.execute()
        self.done_lines = line
        for p in range(partitions):
            await self._redis.delete(keys.imported(p, self.name))

    async def written(self, partitions: int) -> list[set[int]]:
        """Return, for each partition, the first lines of the chunks that are on its stream."""
        return [
            {int(member) for member in await self._redis.smembers(keys.imported(p, self.name))}
            for p in range(partitions)
        ]


async def find(redis: Client, site: str, prefix: bytes, options: Iterable[object]) -> Progress:
    """Return the progress of a log that begins with `prefix`, imported for a site with these options.

    The options belong to the name: the same log taken in differently is
    another import.
    """
    first_line, _, _ = prefix.partition(b"\n")
    log = f"access-log:{site}:{_digest(first_line)}"
    how = _digest(repr(tuple(options)).encode())
    ordinal = 0
    while True:
        # Two logs may share their first line; the next one then has the next number.
        name = f"{log}.{ordinal}:{how}"
        head = keys.import_head(name)
        known = await redis.hgetall(head)
        if not known or _begins(prefix, int(known[b"prefix_bytes"]), known[b"prefix"].decode()):
            await redis.hset(head, mapping={"prefix_bytes": len(prefix), "prefix": _digest(prefix)})
            return Progress(redis, name, int(known.get(b"from_line", 0)))
        ordinal += 1


async def other_names(redis: Client, name: str) -> list[str]:
    """Return the names of imports of the same log with other options."""
    log, _, _ = name.rpartition(":")
    pattern = f"{keys.import_head(log)}:*"
    found = [key.decode() async for key in redis.scan_iter(match=pattern, count=1000)]
    return sorted(set(found) - {keys.import_head(name)})


def _begins(prefix: bytes, length: int, digest: str) -> bool:
    return len(prefix) >= length and _digest(prefix[:length]) == digest


def _digest(value: bytes) -> str:
    return blake2b(value, digest_size=8).hexdigest()
