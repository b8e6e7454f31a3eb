"""Many moments of history, read together, are the same as each read alone."""

from shared import history, keys
from shared.connection import Client
from shared.override import Placed, Slot
from tests.histories import Recorder
from tests.published import SITE

NOON = 1_771_675_200.0
MINUTE = 60.0


async def test_each_is_what_it_is_alone(redis: Client) -> None:
    recorder = Recorder(redis)
    for minute in range(0, 200, 3):
        ids = [f"article-{(minute + n) % 90}" for n in range(60)]
        placed = Placed(((2, "p"),), (Slot(3, "s", "Ad"),)) if minute % 2 else Placed()
        await recorder.record(NOON + minute * MINUTE, ids, value=minute + 0.5, placed=placed)
    moments = [NOON + n * 41.0 for n in range(-5, 320)]

    together = await history.at_each(redis, SITE, "trending", moments)

    assert together == [await history.at(redis, SITE, "trending", moment) for moment in moments]
    assert together[0] is None
    assert len({snapshot.moment for snapshot in together if snapshot}) == 67


async def test_what_cannot_be_read_is_none_and_the_rest_is_read(redis: Client) -> None:
    recorder = Recorder(redis)
    await recorder.record(NOON, "ab")
    await redis.xadd(keys.history(SITE, "trending"), {"s": b"rubbish"}, id=f"{int(NOON + 60) * 1000}-0")
    await redis.xadd(
        keys.history(SITE, "trending"),
        {"s": history.encode([("a", 1.0)]), "o": b"rubbish"},
        id=f"{int(NOON + 120) * 1000}-0",
    )

    found = await history.at_each(redis, SITE, "trending", [NOON, NOON + 60, NOON + 120])

    assert [snapshot is None for snapshot in found] == [False, True, True]
    assert await history.at_each(redis, SITE, "trending", []) == []
