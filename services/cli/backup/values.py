"""Values of Redis as records, and records as values again.

Of a stream there is, beside its entries, one record of its state: where its
ids are, its groups, and what is pending there.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from services.cli.backup.archive import Record
from services.cli.trouble import Trouble
from shared.connection import Client

MEMBERS = 5_000
"""Members of a record, and of one command; 500 entries of a stream."""

_AT_ONCE = 100
"""Keys read in one round trip."""

_ENTRIES = 500
_READ: Mapping[bytes, Callable[[Client, bytes], Any]] = {
    b"string": lambda pipe, key: pipe.get(key),
    b"hash": lambda pipe, key: pipe.hgetall(key),
    b"set": lambda pipe, key: pipe.smembers(key),
    b"zset": lambda pipe, key: pipe.zrange(key, 0, -1, withscores=True),
}


async def read(redis: Client, names: Sequence[bytes], at_once: int = _AT_ONCE) -> AsyncIterator[Record]:
    """Yield the records of these keys, `at_once` read together; one that is gone meanwhile yields none.

    Raises Trouble for a key of a type that nothing of ours has, and what redis-py raises.
    """
    for start in range(0, len(names), at_once):
        some = names[start : start + at_once]
        types = await _each(redis, some, lambda pipe, key: pipe.type(key))
        for key, kind in zip(some, types, strict=True):
            if kind == b"stream":
                async for record in _stream(redis, key):
                    yield record
            elif kind != b"none" and kind not in _READ:
                raise Trouble(f"{key.decode()} is a {kind.decode()}, which nothing of ours is; remove it")
        plain = [(key, kind) for key, kind in zip(some, types, strict=True) if kind in _READ]
        async with redis.pipeline(transaction=False) as pipe:
            ask(pipe, plain)
            for record in answered(plain, await pipe.execute()):
                yield record


def ask(pipe: Client, typed: Iterable[tuple[bytes, bytes]]) -> None:
    """Put the commands that read these keys, of the types given, into a pipeline."""
    for key, kind in typed:
        pipe.pexpiretime(key)
        _READ[kind](pipe, key)


def answered(typed: Iterable[tuple[bytes, bytes]], replies: Sequence[Any]) -> Iterator[Record]:
    """Yield the records out of the replies to what `ask` asked."""
    for (key, kind), expires, value in zip(typed, replies[::2], replies[1::2], strict=True):
        yield from records_of(key, kind, max(0, expires), _members(kind, value))


def records_of(key: bytes, kind: bytes, expires: int, members: list[Any]) -> Iterator[Record]:
    """Yield the records of a value whose members are listed flat; none for one without members."""
    size = MEMBERS if kind in (b"set", b"string") else _ENTRIES if kind == b"stream" else 2 * MEMBERS
    for start in range(0, len(members), size):
        yield [key, kind, expires, members[start : start + size]]


async def write(redis: Client, records: Sequence[Record], now_ms: int) -> None:
    """Put records into Redis, in their order; what has expired is left out. Raises what redis-py raises."""
    async with redis.pipeline(transaction=False) as pipe:
        for key, kind, expires, members in records:
            if expires and expires <= now_ms:
                continue
            _WRITE[kind](pipe, key, members)
            if expires:
                pipe.pexpireat(key, expires)
        await pipe.execute()


async def _each(redis: Client, names: Sequence[bytes], ask: Callable[[Client, bytes], Any]) -> list[Any]:
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            ask(pipe, name)
        return list(await pipe.execute())


def _members(kind: bytes, value: Any) -> list[Any]:
    if value is None:
        return []
    if kind == b"string":
        return [value]
    if kind == b"set":
        return list(value)
    return list(chain.from_iterable(value.items() if kind == b"hash" else value))


async def _stream(redis: Client, key: bytes) -> AsyncIterator[Record]:
    """Yield a stream that nobody waits on: its entries, and where its ids are."""
    async for record in entries(redis, key):
        yield record
    info = await redis.xinfo_stream(key)
    yield state(key, info["last-generated-id"], info["entries-added"], info["max-deleted-entry-id"], [])


async def entries(redis: Client, key: bytes) -> AsyncIterator[Record]:
    """Yield the entries of a stream."""
    after = b"-"
    while rows := await redis.xrange(key, after, count=_ENTRIES):
        yield [key, b"stream", 0, [[i, list(chain.from_iterable(fields.items()))] for i, fields in rows]]
        after = b"(" + rows[-1][0]


def state(key: bytes, last_id: bytes, added: int, deleted: bytes, groups: list[Any]) -> Record:
    """Return the record of where a stream's ids are, and of its groups.

    A group is its name, its last delivered id, how many entries it has read
    (None if Redis cannot tell), and what is pending: id, consumer, deliveries.
    """
    return [key, b"state", 0, [last_id, added, deleted, groups]]


def _write_stream(pipe: Client, key: bytes, members: list[Any]) -> None:
    for entry_id, flat in members:
        pipe.xadd(key, dict(zip(flat[::2], flat[1::2], strict=True)), id=entry_id)


def _write_state(pipe: Client, key: bytes, members: list[Any]) -> None:
    last_id, added, deleted, groups = members
    for name, delivered, read, pending in groups:
        pipe.xgroup_create(key, name, delivered, mkstream=True, entries_read=read)
        for entry_id, consumer, deliveries in pending:
            # Without JUSTID redis-py would have the whole entry come back.
            pipe.xclaim(key, name, consumer, 0, [entry_id], retrycount=deliveries, force=True, justid=True)
    # Of a stream without entries and groups nothing is left to have ids.
    pipe.eval(_SET_ID, 1, key, last_id, added, deleted)


_SET_ID = (
    "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('XSETID', KEYS[1], ARGV[1], "
    "'ENTRIESADDED', ARGV[2], 'MAXDELETEDID', ARGV[3]) end"
)

_WRITE: Mapping[bytes, Callable[[Client, bytes, list[Any]], Any]] = {
    b"string": lambda pipe, key, members: pipe.set(key, members[0]),
    b"hash": lambda pipe, key, members: pipe.execute_command("HSET", key, *members),
    b"set": lambda pipe, key, members: pipe.sadd(key, *members),
    b"zset": lambda pipe, key, members: pipe.zadd(key, dict(zip(members[::2], members[1::2], strict=True))),
    b"stream": _write_stream,
    b"state": _write_state,
}
