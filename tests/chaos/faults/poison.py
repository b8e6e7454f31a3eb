"""One entry of a hundred can be counted by nobody."""

from pathlib import Path

from shared import keys, ledger
from shared.connection import Client
from shared.entry import encode
from tests.chaos.stage import PARTITIONS, stage
from tests.chaos.verdict import Row, counts_of, judge
from tests.entries import entry, put, view

FAULT = "1 % poison"
FULL = (100, 10_000)
TENTH = (10, 1_000)

_VIEWS = 5


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Put so many poisoned entries among so many good ones."""
    async with stage(directory, "counter") as found:
        await _put(found.redis.client, times, events)
        row = await judge(found.redis.client, FAULT, times, _VIEWS * (times + events))
        letters = sum([await found.redis.client.xlen(keys.dead(p)) for p in range(PARTITIONS)])
        good = await counts_of(found.redis.client)
        assert (letters, good) == (times, _VIEWS * events), "each poison is a letter, and nothing else is"
        return [row]


async def control(directory: Path) -> Row:
    """Have somebody acknowledge the poison and throw it away."""
    async with stage(directory, "counter") as found:
        await _put(found.redis.client, 2, 20)
        events = _VIEWS * 22
        assert (await judge(found.redis.client, FAULT, 2, events)).exact
        for p in range(PARTITIONS):
            await found.redis.client.delete(keys.dead(p))
            await found.redis.client.hdel(keys.total(p), "dead")
        return await judge(found.redis.client, FAULT, 2, events, patience=1)


async def _put(redis: Client, poisoned: int, good: int) -> None:
    every = max(1, good // poisoned)
    for n in range(good):
        await put(redis, [entry(*[view()] * _VIEWS)], n % PARTITIONS)
        if n % every == 0 and n // every < poisoned:
            fields = encode(entry(*[view()] * _VIEWS))
            wrong = {b"v": b"99"} if n % 2 else {b"b": fields[b"b"][:-3]}
            await _accept(redis, {**fields, **wrong}, n % PARTITIONS)


async def _accept(redis: Client, fields: dict[bytes, bytes], p: int) -> None:
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xadd(keys.views(p), fields)
        pipe.hincrby(keys.total(p), "accepted", ledger.views_in(fields))
        await pipe.execute()
