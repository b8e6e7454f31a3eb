"""Lists read from real boards are those of a sum over every member, to the last place."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from shared import keys
from shared.decay import Decay
from shared.hours import HOUR, day_stamp, hour_stamp
from shared.listing import DEPTH, Listed
from tests.integration.ranker_site import (
    NOON,
    SITE,
    ids,
    lists_of,
    put_articles,
    put_counts,
    settings_for,
)

PER_HOUR = 4 * HOUR


def expected_order(totals, published):
    """Return the ids from the highest total down, ties to the newer publication and then the id."""
    found = [i for i in totals if i in published and totals[i] > 0]
    return sorted(found, key=lambda i: (-totals[i], -published[i], i))[:DEPTH]


@pytest.mark.parametrize("partitions", [1, 4])
async def test_trending_is_exact_over_partitions_junk_and_ties(redis, redis_url, partitions):
    random = Random(f"trending {partitions}")
    published = {f"article-{n}": NOON - random.randrange(100_000) for n in range(1_500)}
    decay = Decay(PER_HOUR)
    totals: dict[str, float] = defaultdict(float)
    for p in range(partitions):
        scores = {i: NOON - random.expovariate(1 / 40_000) for i in published if random.random() < 0.8}
        # Ties to the bit in every partition, at the top and about the last place.
        scores |= {f"article-{n}": NOON + 1_000 for n in range(10)}
        scores |= {f"article-{n}": NOON - 20_000 for n in range(300, 400)}
        # Made-up ids, most of them far ahead of any article.
        scores |= {f"junk-{n}": NOON + random.uniform(-50_000, 90_000) for n in range(1_200)}
        await redis.zadd(keys.board(p, SITE, "4h"), scores)
        await put_counts(redis, p, dict.fromkeys(scores, p + 1))
        for article_id, score in scores.items():
            totals[article_id] += decay.weight(score, NOON)
    await put_articles(redis, published)
    lists = await lists_of(redis, settings_for(redis_url, partitions))

    ranking = await lists.rank(SITE, "trending", NOON, partitions)

    order = expected_order(totals, published)
    assert len(order) == DEPTH
    assert ids(ranking.entries) == order
    assert [entry.value for entry in ranking.entries] == pytest.approx([totals[i] for i in order], rel=1e-12)
    assert ranking.since is None


async def test_views_are_those_of_all_time_over_all_partitions(redis, redis_url):
    await put_articles(redis, {"read": NOON, "older": NOON - 1})
    await redis.zadd(keys.board(0, SITE, "4h"), {"read": NOON})
    await redis.zadd(keys.board(2, SITE, "4h"), {"read": NOON, "older": NOON})
    await put_counts(redis, 0, {"read": 100})
    await put_counts(redis, 1, {"read": 40, "elsewhere": 9})
    await put_counts(redis, 2, {"read": 7})
    lists = await lists_of(redis, settings_for(redis_url, 3))

    ranking = await lists.rank(SITE, "trending", NOON, 3)

    assert ranking.entries == (Listed("read", 2.0, 147), Listed("older", 1.0, 0))


async def test_a_small_catalogue_under_a_flood_of_made_up_ids_is_still_ranked_exactly(redis, redis_url):
    await put_articles(redis, {f"article-{n}": NOON for n in range(9)})
    for p in range(4):
        flood = {f"junk-{p}-{n}": NOON + n for n in range(3_000)}
        await redis.zadd(keys.board(p, SITE, "4h"), flood | {f"article-{n}": NOON - n for n in range(9)})
    lists = await lists_of(redis, settings_for(redis_url, 4))

    ranking = await lists.rank(SITE, "trending", NOON, 4)

    assert ids(ranking.entries) == [f"article-{n}" for n in range(9)]


async def test_a_site_without_views_has_empty_lists(redis, redis_url):
    await put_articles(redis, {"unread": NOON})
    lists = await lists_of(redis, settings_for(redis_url))

    for name in ("trending", "most-read:1h", "most-read:30d", "most-read:all"):
        assert (await lists.rank(SITE, name, NOON, 1)).entries == ()


def begin_of(window, now, zone):
    """Return the first hour of a window, worked out with the calendar."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    utc = local.astimezone(UTC)
    hour = utc.replace(minute=0, second=0, microsecond=0)
    if window == "today":
        midnight = datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone))
        return midnight.astimezone(UTC).replace(minute=0)
    if window == "30d":
        return hour.replace(hour=0) - timedelta(days=30)
    return hour - {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}[window]


async def put_hours(redis, random, until, partitions):
    """Write 33 days of hour and day boards, and return the views by (hour, article)."""
    views: Counter[tuple[float, str]] = Counter()
    first = until - 33 * 24 * HOUR
    async with redis.pipeline(transaction=False) as pipe:
        for p in range(partitions):
            days: dict[str, Counter[str]] = defaultdict(Counter)
            for moment in range(int(first), int(until) + 1, HOUR):
                board = Counter(
                    {f"article-{random.randrange(60)}": random.randrange(1, 30) for _ in range(3)}
                )
                board["junk"] = 99
                pipe.zadd(keys.hour(p, SITE, hour_stamp(moment)), board)
                days[day_stamp(moment)].update(board)
                views.update({(float(moment), i): count for i, count in board.items()})
            for stamp, board in days.items():
                pipe.zadd(keys.day(p, SITE, stamp), board)
        await pipe.execute()
    return views


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
async def test_most_read_counts_every_view_of_its_window_and_no_other(redis, redis_url, partitions, zone):
    random = Random(f"most read {partitions} {zone}")
    published = {f"article-{n}": NOON - n // 3 for n in range(60)}
    await put_articles(redis, published)
    views = await put_hours(redis, random, until=NOON + 5 * HOUR, partitions=partitions)
    lists = await lists_of(redis, settings_for(redis_url, partitions, zone))
    end_of_the_hour = NOON + 6 * HOUR - 0.001

    for window in ("1h", "24h", "7d", "30d", "today"):
        begins = begin_of(window, end_of_the_hour, zone).timestamp()
        totals: Counter[str] = Counter()
        for (hour, article_id), count in views.items():
            if hour >= begins:
                totals[article_id] += count

        ranking = await lists.rank(SITE, f"most-read:{window}", end_of_the_hour, partitions)

        order = expected_order(totals, published)
        assert ids(ranking.entries) == order, window
        assert [entry.value for entry in ranking.entries] == [totals[i] for i in order], window
        assert ranking.since == begins, window


async def test_at_the_full_hour_a_window_loses_its_oldest_hour(redis, redis_url):
    await put_articles(redis, {"eleven": NOON, "noon": NOON})
    await redis.zadd(keys.hour(0, SITE, hour_stamp(NOON - HOUR)), {"eleven": 5})
    await redis.zadd(keys.hour(0, SITE, hour_stamp(NOON)), {"noon": 1})
    lists = await lists_of(redis, settings_for(redis_url))

    before = await lists.rank(SITE, "most-read:1h", NOON + HOUR - 0.001, 1)
    after = await lists.rank(SITE, "most-read:1h", NOON + HOUR, 1)

    assert (ids(before.entries), before.since) == (["eleven", "noon"], NOON - HOUR)
    assert (ids(after.entries), after.since) == (["noon"], NOON)


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("America/New_York", "2026-02-21T05:00"), ("Asia/Kolkata", "2026-02-21T18:30")],
)
async def test_today_begins_anew_at_the_midnight_of_the_site(redis, redis_url, zone, midnight):
    moment = datetime.fromisoformat(midnight).replace(tzinfo=UTC).timestamp()
    await put_articles(redis, {"yesterday": NOON, "today": NOON})
    for stamp, article_id in ((moment - HOUR, "yesterday"), (moment, "today")):
        await redis.zadd(keys.hour(0, SITE, hour_stamp(stamp)), {article_id: 1})
        await redis.zincrby(keys.day(0, SITE, day_stamp(stamp)), 1, article_id)
    lists = await lists_of(redis, settings_for(redis_url, time_zone=zone))

    before = await lists.rank(SITE, "most-read:today", moment - 0.001, 1)
    after = await lists.rank(SITE, "most-read:today", moment, 1)

    assert "yesterday" in ids(before.entries)
    assert ids(after.entries) == ["today"]


@pytest.mark.parametrize("partitions", [1, 4])
async def test_most_read_of_all_time_adds_the_counts_of_every_partition(redis, redis_url, partitions):
    random = Random(f"all {partitions}")
    published = {f"article-{n}": NOON - n // 3 for n in range(1_200)}
    totals: Counter[str] = Counter()
    for p in range(partitions):
        counts = {i: random.randrange(1, 50) for i in published if random.random() < 0.7} | {"junk": 999}
        await put_counts(redis, p, counts)
        totals.update(counts)
    await put_articles(redis, published)
    lists = await lists_of(redis, settings_for(redis_url, partitions))

    ranking = await lists.rank(SITE, "most-read:all", NOON, partitions)

    order = expected_order(totals, published)
    assert ranking.entries == tuple(Listed(i, float(totals[i]), totals[i]) for i in order)
    assert ranking.since is None
