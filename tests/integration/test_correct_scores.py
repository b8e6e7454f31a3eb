"""What a score is after a correction, beside what it would be had the attack never come."""

from collections import Counter
from random import Random

import pytest

from services.desk.correction.correct import Correction, correct
from services.desk.correction.plan import Amount
from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.hours import HOUR, day_stamp, floor_hour, hour_stamp
from shared.partition import load_plan
from tests.desks import SITE

MINUTE = 60.0


async def put_views(redis: Client, moments: list[float], weight: float = 1.0) -> None:
    """Write views of these moments as a commit does."""
    await load_plan(redis, 1, moments[0])
    for stamp, views in Counter(map(hour_stamp, moments)).items():
        await redis.zincrby(keys.hour(0, SITE, stamp), views, "a")
    for stamp, views in Counter(map(day_stamp, moments)).items():
        await redis.zincrby(keys.day(0, SITE, stamp), views, "a")
    await redis.hincrby(keys.count(0, SITE), "a", len(moments))
    for half_life, seconds in HALF_LIVES.items():
        score = Decay(seconds).fold((moment, weight) for moment in moments)
        await redis.zadd(keys.board(0, SITE, half_life), {"a": score})


async def weight(redis: Client, half_life: str, now: float) -> float:
    score = await redis.zscore(keys.board(0, SITE, half_life), "a")
    return 0.0 if score is None else Decay(HALF_LIVES[half_life]).weight(score, now)


def take(now: float, hours_ago: int, amount: Amount) -> Correction:
    start = floor_hour(now) - hours_ago * HOUR
    return Correction(SITE, "a", start, start + HOUR, amount, by="me", reason="bots", request="one")


async def now_of(redis: Client) -> float:
    seconds, microseconds = await redis.time()
    return float(seconds + microseconds / 1e6)


@pytest.mark.parametrize("half_life", HALF_LIVES)
@pytest.mark.parametrize("minute", [0, 30, 59])
async def test_an_attack_in_any_minute_leaves_no_trace_on_any_board(
    redis: Client, half_life: str, minute: int
):
    now = await now_of(redis)
    random = Random(minute)
    start = floor_hour(now) - 2 * HOUR
    # Readers come evenly over five hours; the attack comes within one minute.
    readers = [random.uniform(start - 2 * HOUR, start + 2 * HOUR) for _ in range(2_000)]
    attack = [start + minute * MINUTE + random.uniform(0, 60) for _ in range(5_000)]
    in_the_hour = sum(start <= moment < start + HOUR for moment in readers)
    await put_views(redis, readers + attack)
    without = sum(2 ** ((moment - now) / HALF_LIVES[half_life]) for moment in readers)
    assert await weight(redis, half_life, now) > 1.05 * without

    done = await correct(redis, take(now, 2, Amount(views=5_000)))

    assert done.left == in_the_hour
    assert await weight(redis, half_life, now) == pytest.approx(without, rel=0.15)


@pytest.mark.parametrize("half_life", HALF_LIVES)
async def test_a_few_views_take_no_more_than_they_can_have_been_worth(redis: Client, half_life: str):
    now = await now_of(redis)
    H = HALF_LIVES[half_life]  # noqa: N806 - as in the formula
    start = floor_hour(now) - HOUR
    # All in the last minutes of the hour, so that its even spread tells little.
    await put_views(redis, [start + 55 * MINUTE + n * 0.25 for n in range(1_000)])
    before = await weight(redis, half_life, now)

    await correct(redis, take(now, 1, Amount(views=10)))

    gone = before - await weight(redis, half_life, now)
    least, most = 10 * 2 ** ((start - now) / H), 10 * 2 ** ((start + HOUR - now) / H)
    assert least * 0.99 <= gone <= most * 1.01


@pytest.mark.parametrize("half_life", HALF_LIVES)
async def test_views_that_weigh_less_than_one_leave_with_what_they_weigh(redis: Client, half_life: str):
    now = await now_of(redis)
    start = floor_hour(now) - HOUR
    await put_views(redis, [start + n * 3.6 for n in range(1_000)], weight=0.1)
    before = await weight(redis, half_life, now)

    await correct(redis, take(now, 1, Amount(views=500)))

    assert 0.4 * before <= await weight(redis, half_life, now) <= 0.65 * before


async def test_nothing_stays_on_a_board_of_an_article_that_was_only_attacked(redis: Client):
    now = await now_of(redis)
    random = Random(7)
    start = floor_hour(now) - HOUR
    await put_views(redis, [start + random.uniform(0, 3_600) for _ in range(3_000)])

    await correct(redis, take(now, 1, Amount()))

    assert [await weight(redis, half_life, now) for half_life in HALF_LIVES] == [0.0, 0.0, 0.0]
    assert await redis.hexists(keys.count(0, SITE), "a") == 0


async def test_a_correction_of_hours_no_board_remembers_leaves_the_boards_alone(redis: Client):
    now = await now_of(redis)
    long_ago = floor_hour(now) - 300 * 24 * HOUR
    await put_views(redis, [now - n for n in range(50)])
    await redis.zadd(keys.hour(0, SITE, hour_stamp(long_ago)), {"a": 400})
    await redis.zadd(keys.day(0, SITE, day_stamp(long_ago)), {"a": 400})
    await redis.hincrby(keys.count(0, SITE), "a", 400)
    before = [await redis.zscore(keys.board(0, SITE, half_life), "a") for half_life in HALF_LIVES]

    done = await correct(
        redis, Correction(SITE, "a", long_ago, long_ago + HOUR, Amount(), by="me", reason="bots", request="1")
    )

    assert done.views == 400
    after = [await redis.zscore(keys.board(0, SITE, half_life), "a") for half_life in HALF_LIVES]
    assert after == pytest.approx(before, abs=1e-6)
