"""A move takes everything counted under one id along, or nothing."""

import asyncio
import random
import time

import pytest
from redis.exceptions import ResponseError

from services.desk.move import move
from shared import hours, keys
from shared.connection import Client
from tests.desks import (
    SITE,
    count,
    mentions,
    use_partitions,
    views_of,
)

IN_2015 = 1_431_864_000.0
"""2015-05-17 12:00 UTC."""


@pytest.mark.parametrize(
    "key",
    [
        keys.count(0, SITE),
        keys.readers(0, SITE),
        keys.board(0, SITE, "24h"),
    ],
)
async def test_a_key_of_a_wrong_type_stops_a_move_with_nothing_written(redis: Client, key: str):
    await use_partitions(redis, 1)
    await count(redis, "old", 4, at=time.time(), score=time.time())
    await redis.delete(key)
    await redis.set(key, "wrong")
    before = await mentions_of_old(redis, key)

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await move(redis, SITE, {"old": "new"}, [0])

    assert await mentions_of_old(redis, key) == before


async def mentions_of_old(redis: Client, wrong: str) -> list[str]:
    await redis.rename(wrong, "aside")
    found = await mentions(redis, "old")
    await redis.rename("aside", wrong)
    return found


async def test_what_is_no_number_stops_a_move_with_nothing_written(redis: Client):
    await use_partitions(redis, 1)
    await count(redis, "old", 4, at=time.time(), score=time.time())
    await redis.hset(keys.readers(0, SITE), "new", "many")
    before = await mentions(redis, "old")

    with pytest.raises(ResponseError, match="no number"):
        await move(redis, SITE, {"old": "new"}, [0])

    assert await mentions(redis, "old") == before


async def test_an_id_is_not_moved_onto_itself(redis: Client):
    await use_partitions(redis, 1)
    await count(redis, "a", 4, at=time.time(), score=time.time())

    assert await move(redis, SITE, {"a": "a"}, [0]) == (0, 0)
    assert await views_of(redis, "a") == 4


async def test_hours_begun_during_a_move_are_moved_too(redis: Client):
    """As long as views come under the old id, what is counted and what stands in the hours agree."""
    await use_partitions(redis, 1)
    moments = [IN_2015 + n * hours.HOUR for n in range(400)]
    random.Random(7).shuffle(moments)

    async def keep_counting() -> None:
        for moment in moments:
            await count(redis, "old", 1, at=moment, score=moment)

    counting = asyncio.create_task(keep_counting())
    while not counting.done() or await redis.hexists(keys.count(0, SITE), "old"):
        if await redis.hexists(keys.count(0, SITE), "old"):
            await move(redis, SITE, {"old": "new"}, [0])

    assert await mentions(redis, "old") == []
    assert await views_of(redis, "new") == 400
    hourly = [await redis.zscore(raw, "new") for raw in await redis.keys("gs:hour:*")]
    assert sum(hourly) == 400
