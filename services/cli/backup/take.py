"""Taking a backup: everything that must last, while all of it goes on.

    imports     first: what they say is done must be on the streams that are copied after it
    partitions  each at one moment
    catalogue   at one moment, unless the newsroom changes it without a pause
    the rest    lists, history, scripts, arrivals, audit
    gs:meta     last, so that its generations are not behind those of the lists

Left out are salts, leases, and what tells visitors apart, which is worth
nothing without the salts. So a backup holds nothing about a reader but the
hashes of views that wait on a stream to be counted.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from redis.exceptions import WatchError

from services.cli.backup import partition, values
from services.cli.backup.archive import Head, Record, Writer, writing
from services.cli.trouble import Trouble
from shared import keys
from shared.connection import Client
from shared.partition import SCHEMA, read_plan

_ATTEMPTS = 5
_NEVER = (b"gs:salt:", b"gs:lease:", keys.BACKUP.encode())
_IMPORT = b"gs:import:"
_CATALOGUE = (b"gs:article:", b"gs:published:", b"gs:alias:", b"gs:override:")
_META = keys.META.encode()


async def take(redis: Client, path: Path) -> Head:
    """Write a backup of what Redis holds, and return what it says about itself.

    Raises Trouble when there is nothing of ours or the file cannot be
    written, and what redis-py raises; then there is no file.
    """
    partitions = await _partitions(redis)
    if not partitions:
        raise Trouble("there is nothing to back up: no service has ever started on this Redis")
    with writing(path) as writer:
        await _section(redis, writer, [name async for name in _names(redis) if name.startswith(_IMPORT)])
        moments = [await partition.copy(redis, p, writer) for p in range(partitions)]
        await _catalogue(redis, writer)
        rest = [name async for name in _names(redis) if not name.startswith((*_CATALOGUE, _IMPORT, _META))]
        await _section(redis, writer, rest)
        await _section(redis, writer, [_META])
        first = datetime.fromtimestamp(moments[0].at_ms // 1_000, UTC)
        return writer.end(
            Head(
                schema=int((await redis.hget(keys.META, "schema")) or SCHEMA),
                created_at=first.isoformat().replace("+00:00", "Z"),
                groundswell=version("groundswell"),
                partitions=partitions,
                accepted=sum(moment.accepted for moment in moments),
                counted=sum(moment.counted for moment in moments),
            )
        )


async def _partitions(redis: Client) -> int:
    """Return how many partitions there are, by the plan and by what is there; 0 without either."""
    plan = await read_plan(redis)
    found = [0 if plan is None else plan.ever]
    async for name in redis.scan_iter(match="gs:*{*}*", count=1_000):
        p = partition.partition_of(name)
        found.append(0 if p is None else p + 1)
    return max(found)


async def _names(redis: Client) -> AsyncIterator[bytes]:
    """Yield the keys that a backup takes and that are of no partition."""
    async for name in redis.scan_iter(match="gs:*", count=1_000):
        if not name.startswith(_NEVER) and partition.partition_of(name) is None:
            yield name


async def _section(redis: Client, writer: Writer, names: Sequence[bytes]) -> None:
    with writer.section():
        async for record in values.read(redis, list(dict.fromkeys(names))):
            writer.add(_without_salt(record))


async def _catalogue(redis: Client, writer: Writer) -> None:
    """Write articles, aliases and overrides; every change of them is told on gs:changes, which is watched."""
    for attempt in range(_ATTEMPTS):
        try:
            async with redis.pipeline(transaction=True) as pipe:
                if attempt < _ATTEMPTS - 1:
                    await pipe.watch(keys.CHANGES)
                with writer.section():
                    names = [name async for name in _names(redis) if name.startswith(_CATALOGUE)]
                    async for record in values.read(redis, list(dict.fromkeys(names))):
                        writer.add(record)
                    pipe.multi()
                    pipe.ping()
                    await pipe.execute()
                return
        except WatchError:
            continue


def _without_salt(record: Record) -> Record:
    """Return the record of an import without the salt of its visitors; it makes another when it goes on."""
    key, kind, expires, members = record
    if key.startswith(_IMPORT) and kind == b"hash":
        pairs = zip(members[::2], members[1::2], strict=True)
        members = [part for pair in pairs if pair[0] != b"salt" for part in pair]
    return [key, kind, expires, members]
