"""Put entries on their streams."""

import asyncio
from collections.abc import Sequence

from shared import keys
from shared.connection import Client
from shared.entry import Entry, encode


async def append(
    redis: Client, entries: Sequence[tuple[int, Entry]], mark: tuple[str, str] | None = None
) -> None:
    """Write each (partition, entry); on return they are in Redis.

    An entry and its part of `accepted` are one transaction, so the books
    balance at every moment. `mark` is a set's key and a member that goes in
    with the entries; they must then share one partition, and the key its tag.
    Raises what redis-py raises; an entry may then have been written all the
    same, and writing it again with its own id is harmless.
    """
    by_partition: dict[int, list[Entry]] = {}
    for partition, entry in entries:
        by_partition.setdefault(partition, []).append(entry)
    if mark is not None and len(by_partition) > 1:
        raise ValueError("a mark goes with entries of one partition")
    await asyncio.gather(*(_transaction(redis, p, group, mark) for p, group in by_partition.items()))


async def _transaction(
    redis: Client, partition: int, entries: list[Entry], mark: tuple[str, str] | None
) -> None:
    async with redis.pipeline(transaction=True) as pipe:
        for entry in entries:
            # Never MAXLEN: it would trim what nobody has read.
            pipe.xadd(keys.views(partition), encode(entry))
        pipe.hincrby(keys.total(partition), "accepted", sum(len(entry.views) for entry in entries))
        if mark is not None:
            pipe.sadd(*mark)
        await pipe.execute()
