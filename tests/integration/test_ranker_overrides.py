"""What the ranker makes of overrides: no list has the banned, boosts are exact, pins go into history."""

from random import Random

import pytest

from services.ranker.publish import Publisher
from shared import history, keys
from shared.decay import Decay
from shared.hours import hour_stamp
from shared.listing import DEPTH
from shared.override import Placed, Slot
from tests.integration.ranker_site import (
    NOON,
    SITE,
    ids,
    lists_of,
    put_articles,
    put_counts,
    put_news,
    running,
    settings_for,
    shows,
)
from tests.overriding import override, put
from tests.waiting import wait_until

HOUR = 3_600.0
EVERY_LIST = ("trending", "rising", "most-read:1h", "most-read:24h", "most-read:30d", "most-read:all")


async def read_now(redis, weights, partition=0):
    """Have articles weigh so much on every board, and as many views in the running hour and ever."""
    for name, half_life in (("15m", 900), ("4h", 14_400), ("24h", 86_400)):
        scores = {i: Decay(half_life).score(weight, NOON) for i, weight in weights.items()}
        await redis.zadd(keys.board(partition, SITE, name), scores)
    views = {i: round(weight) for i, weight in weights.items()}
    await redis.zadd(keys.hour(partition, SITE, hour_stamp(NOON)), views)
    await redis.zadd(keys.day(partition, SITE, hour_stamp(NOON)[:8]), views)
    await put_counts(redis, partition, views)


@pytest.mark.parametrize("action", ["ban", "sponsor"])
@pytest.mark.parametrize("name", EVERY_LIST)
async def test_a_banned_or_sponsored_article_is_in_no_ranking(redis, redis_url, action, name):
    await put_articles(redis, {"a": NOON, "b": NOON, "kept-off": NOON})
    await read_now(redis, {"a": 9, "b": 5, "kept-off": 900})
    await put(redis, {"kept-off": override(action, until=NOON + HOUR)})
    lists = await lists_of(redis, settings_for(redis_url))

    during = await lists.rank(SITE, name, NOON, 1)
    after = await lists.rank(SITE, name, NOON + HOUR, 1)

    assert ids(during.entries) == ["a", "b"]
    if name != "rising":
        assert ids(after.entries)[0] == "kept-off", "when its time is over it is back by itself"


@pytest.mark.parametrize("partitions", [1, 4])
async def test_a_boosted_list_is_exact_however_low_the_boosted_stand(redis, redis_url, partitions):
    random = Random(f"boost {partitions}")
    published = {f"article-{n}": NOON - random.randrange(100_000) for n in range(1_500)}
    decay = Decay(4 * HOUR)
    totals = dict.fromkeys(published, 0.0)
    for p in range(partitions):
        scores = {i: NOON - random.expovariate(1 / 40_000) for i in published}
        await redis.zadd(keys.board(p, SITE, "4h"), scores)
        for article_id, score in scores.items():
            totals[article_id] += decay.weight(score, NOON)
    await put_articles(redis, published)
    lowest, *_, highest = sorted(totals, key=totals.__getitem__)
    factors = {i: random.choice([0.01, 0.3, 3.0, 100.0]) for i in random.sample(list(totals), 40)}
    factors |= {lowest: 100.0, highest: 0.01}
    await put(redis, {i: override("boost", factor=f, until=NOON + HOUR) for i, f in factors.items()})
    lists = await lists_of(redis, settings_for(redis_url, partitions))

    ranking = await lists.rank(SITE, "trending", NOON, partitions)

    boosted = {i: total * factors.get(i, 1.0) for i, total in totals.items()}
    order = sorted(boosted, key=lambda i: (-boosted[i], -published[i], i))[:DEPTH]
    assert ids(ranking.entries) == order
    assert [entry.value for entry in ranking.entries] == pytest.approx([boosted[i] for i in order], rel=1e-12)


async def test_a_boosted_article_rises_from_below_what_is_looked_at(redis, redis_url):
    await put_articles(redis, {f"quiet-{n}": NOON for n in range(30)} | {"small": NOON})
    for name, half_life, weight in (("15m", 900, 4.0), ("4h", 14_400, 64.0)):
        quiet = {f"quiet-{n}": Decay(half_life).score(weight, NOON) for n in range(30)}
        small = {"small": Decay(half_life).score(1.0, NOON)}
        await redis.zadd(keys.board(0, SITE, name), quiet | small)
    lists = await lists_of(redis, settings_for(redis_url))
    before = await lists.rank(SITE, "rising", NOON, 1)

    await put(redis, {"small": override("boost", factor=20.0, until=NOON + HOUR)})
    lists = await lists_of(redis, settings_for(redis_url))
    after = await lists.rank(SITE, "rising", NOON, 1)

    assert ids(before.entries) == []
    assert ids(after.entries) == ["small"]
    assert after.ratio == pytest.approx(before.ratio, rel=0.05)


@pytest.mark.parametrize("name", ["most-read:1h", "most-read:all"])
async def test_counts_are_counts_whatever_is_boosted_or_pinned(redis, redis_url, name):
    await put_articles(redis, {"a": NOON, "b": NOON})
    await read_now(redis, {"a": 9, "b": 5})
    await put(redis, {"b": override("boost", factor=100.0, until=NOON + HOUR)})
    lists = await lists_of(redis, settings_for(redis_url))

    ranking = await lists.rank(SITE, name, NOON, 1)

    assert [(entry.id, entry.value) for entry in ranking.entries] == [("a", 9.0), ("b", 5.0)]


async def test_what_is_placed_goes_into_history_with_the_list(redis, redis_url):
    await put_articles(redis, {"a": NOON, "b": NOON, "shown": NOON})
    await read_now(redis, {"a": 9, "b": 5})
    await put(
        redis,
        {
            "b": override("pin", position=1, until=NOON + 90),
            "deleted": override("pin", position=2, until=NOON + HOUR),
            "shown": override("sponsor", position=2, label="Ad", until=NOON + HOUR),
        },
    )
    lists = await lists_of(redis, settings_for(redis_url))
    publisher = Publisher(redis)

    for minute in range(3):
        now = NOON + 60 * minute
        await publisher.publish(SITE, "trending", await lists.rank(SITE, "trending", now, 1), 1, now)

    first, same, last = await history.at_each(redis, SITE, "trending", [NOON, NOON + 60, NOON + 120])
    assert [i for i, _ in first.entries] == ["a", "b"], "the ranking is that of the readers"
    assert first.placed == Placed(((1, "b"),), (Slot(2, "shown", "Ad"),))
    assert same == first, "nothing had changed, so nothing was written"
    assert last.placed == Placed((), (Slot(2, "shown", "Ad"),))


async def test_a_ban_takes_an_article_off_the_published_lists_and_its_end_brings_it_back(redis, redis_url):
    await put_news(redis)
    seconds, _ = await redis.time()

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "most-read:24h", "a", "b"), "both are listed")
        await put(redis, {"a": override("ban", until=seconds + 12)})

        for name in ("trending", "most-read:1h", "most-read:24h", "most-read:all"):
            await wait_until(lambda name=name: shows(redis, name, "b"), f"a is off {name}")
        for name in ("trending", "most-read:24h"):
            # Nobody says that it is over: the ranker sees it by the clock.
            await wait_until(lambda name=name: shows(redis, name, "a", "b"), f"a is back on {name}", 40)
