"""One partition at one moment.

Totals, streams, counts and scores must be of one moment, or the books of the
backup do not balance. So one transaction reads them, and Redis does nothing
else meanwhile. What rarely changes is read before that: hours and days that
are over, dead letters, the entries on the stream, and what was seen. WATCH
keeps the transaction from running when one of those did change; then all
begins anew.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NamedTuple

import msgpack
from redis.exceptions import WatchError

from services.cli.backup import values
from services.cli.backup.archive import Writer
from shared import hours, keys
from shared.connection import Client

_SCRIPT = files("services.cli.backup").joinpath("lua/partition.read.lua").read_text()

_ATTEMPTS = 3
"""Then nothing is read before: it is exact all the same, and keeps Redis for longer."""

_LARGE = {b"count": b"hash", b"readers": b"hash", b"board": b"zset", b"hour": b"zset", b"day": b"zset"}
_BUCKET = re.compile(rb"gs:seen:\{\d+\}:(entry|event):")
_TAGGED = re.compile(rb"gs:([a-z]+):\{(\d+)\}(?::(.*))?", re.DOTALL)


class Moment(NamedTuple):
    """When a partition was read, and what its books said then."""

    at_ms: int
    accepted: int
    counted: int


def partition_of(name: bytes) -> int | None:
    """Return the partition that a key belongs to, None for one of a site or of all of Groundswell."""
    match = _TAGGED.fullmatch(name)
    # Lists carry their site as a tag, and a site may be called 0.
    return None if match is None or match[1] in (b"list", b"history") else int(match[2])


async def copy(redis: Client, p: int, writer: Writer) -> Moment:
    """Write what a partition holds at one moment. Raises Trouble, and what redis-py raises."""
    for attempt in range(_ATTEMPTS):
        try:
            with writer.section():
                return await _Copy(redis, p, writer, before=attempt < _ATTEMPTS - 1).run()
        except WatchError:
            continue
    raise AssertionError("the last attempt watches nothing")


@dataclass
class _Copy:
    redis: Client
    p: int
    writer: Writer
    before: bool
    """Whether what rarely changes is read before the moment."""
    _seen: dict[bytes, int] = field(default_factory=dict)
    _last: bytes = b"-"

    async def run(self) -> Moment:
        now = (await self.redis.time())[0]
        # A set: SCAN may name a key twice.
        names = {name async for name in self._names()}
        cold = [name for name in names if self.before and _is_cold(name, now)]
        async with self.redis.pipeline(transaction=True) as pipe:
            if cold:
                await pipe.watch(*cold)
            if self.before:
                await self._read_before(cold, [name for name in names if _is_bucket(name)])
            large = [(name, _LARGE[_kind(name)]) for name in names - set(cold) if _kind(name) in _LARGE]
            known = {"names": [*cold, *(name for name, _ in large)], "seen": self._seen}
            pipe.multi()
            values.ask(pipe, large)
            packed = msgpack.packb(known, use_bin_type=False)
            pipe.eval(_SCRIPT, 1, keys.views(self.p), f"{{{self.p}}}", packed, self._last)
            *read, (at_ms, found, entries, state) = await pipe.execute()
        for record in values.answered(large, read):
            self.writer.add(record)
        totals = self._write(found, entries, state)
        return Moment(at_ms, int(totals.get(b"accepted", 0)), int(totals.get(b"counted", 0)))

    async def _names(self) -> AsyncIterator[bytes]:
        async for name in self.redis.scan_iter(match=f"gs:*{{{self.p}}}*", count=1_000):
            if partition_of(name) == self.p:
                yield name

    async def _read_before(self, cold: Sequence[bytes], buckets: Sequence[bytes]) -> None:
        # Few together: Redis answers a round trip as a whole before it turns to anybody else.
        async for record in values.read(self.redis, cold, at_once=2):
            self.writer.add(record)
        async for record in values.read(self.redis, buckets):
            self._seen[record[0]] = self._seen.get(record[0], 0) + len(record[3])
            self.writer.add(record)
        async for record in values.entries(self.redis, keys.views(self.p).encode()):
            self._last = record[3][-1][0]
            self.writer.add(record)

    def _write(self, found: Sequence[bytes], entries: bytes, state: bytes) -> dict[bytes, bytes]:
        """Write what the script read, and return the totals."""
        stream, total = keys.views(self.p).encode(), keys.total(self.p).encode()
        totals: dict[bytes, bytes] = {}
        for packed in found:
            name, kind, expires, members = _unpack(packed)
            if name == total:
                totals = dict(zip(members[::2], members[1::2], strict=True))
            if kind == b"zset":
                members[1::2] = [float(score) for score in members[1::2]]
            for record in values.records_of(name, kind, max(0, expires), members):
                self.writer.add(record)
        for record in values.records_of(stream, b"stream", 0, _unpack(entries) if entries else []):
            self.writer.add(record)
        if state:
            last_id, added, deleted, groups = _unpack(state)
            for group in groups:
                group[2] = None if group[2] is False else group[2]
            self.writer.add(values.state(stream, last_id, added, deleted, groups))
        return totals


def _kind(name: bytes) -> bytes:
    return name.split(b":", 2)[1]


def _is_cold(name: bytes, now: float) -> bool:
    stamp = name.rpartition(b":")[2].decode()
    if _kind(name) == b"hour":
        return stamp < hours.hour_stamp(now - hours.HOUR)
    if _kind(name) == b"day":
        return stamp < hours.day_stamp(now - hours.DAY)
    return _kind(name) == b"dead"


def _is_bucket(name: bytes) -> bool:
    return _BUCKET.match(name) is not None and not name.endswith(b":header")


def _unpack(packed: bytes) -> Any:
    return msgpack.unpackb(packed, raw=True)
