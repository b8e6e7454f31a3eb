"""Ids that nobody knows: what a site lets in of them, and what a flood of them cannot do."""

import asyncio
import random
from collections.abc import Iterable

import pytest
from prometheus_client import CollectorRegistry

from services.counter.group import ensure_group
from services.counter.intake import Intake
from services.counter.trim import Trimmer
from shared import hours, keys, ledger
from shared.arrivals import read_arrivals
from shared.connection import Client
from shared.entry import MAX_VIEWS, View
from shared.listing import TRENDING
from shared.metrics import CounterMetrics
from tests.entries import SITE, committing, deliver, entry, now_ms, put, totals, view, views_of
from tests.integration.ranker_site import lists_of, put_articles, settings_for

FLOOD = 20_000


@pytest.fixture(autouse=True)
async def groups(redis: Client) -> None:
    for p in range(4):
        await ensure_group(redis, p)


def invented(count: int, seed: int) -> list[View]:
    """Return views of ids that nobody has seen, each by another visitor."""
    chance = random.Random(seed)
    return [
        view(f"/{chance.getrandbits(64):x}", visitor=chance.getrandbits(64), event=chance.getrandbits(64))
        for _ in range(count)
    ]


async def commit(redis: Client, intake: Intake, views: Iterable[View], partition: int = 0) -> None:
    """Bring views the whole way from the stream into the counts, and cut them off it."""
    waiting = list(views)
    for start in range(0, len(waiting), MAX_VIEWS):
        await put(redis, [entry(*waiting[start : start + MAX_VIEWS])], partition)
    await deliver(redis, intake, partition)
    await Trimmer(redis, CounterMetrics(CollectorRegistry())).trim_stream(partition)


async def known(redis: Client, partition: int = 0) -> int:
    """Return how many articles have views."""
    return int(await redis.hlen(keys.count(partition, SITE)))


async def sizes(redis: Client) -> dict[bytes, int]:
    """Return how many members each key has, but for what grows with entries or only holds numbers."""
    length = {b"hash": redis.hlen, b"zset": redis.zcard, b"set": redis.scard, b"stream": redis.xlen}
    return {
        key: await length[await redis.type(key)](key)
        for key in await redis.keys()
        if not key.startswith((b"gs:seen:{0}:entry:", b"gs:arrivals:", b"gs:total:"))
    }


async def test_a_flood_of_random_ids_takes_its_budget_and_is_named_beyond_it(redis: Client):
    registry = CollectorRegistry()
    intake = committing(redis, registry=registry, new_ids_per_minute=0, new_ids_burst=500)

    await commit(redis, intake, invented(FLOOD, seed=1))

    refused = FLOOD - 500
    assert await known(redis) == 500
    assert await totals(redis) == {"accepted": FLOOD, "counted": 500, "refused": refused}
    assert (await ledger.read(redis, 0)).balanced
    told = {"reason": "new-ids"}
    assert registry.get_sample_value("groundswell_views_refused_at_commit_total", told) == refused
    assert (await read_arrivals(redis, SITE, now_ms() / 1000)).uncounted == {"new-ids": refused}


async def test_a_flood_that_goes_on_leaves_nothing_larger_than_it_was(redis: Client):
    intake = committing(redis, window=86_400, new_ids_per_minute=0, new_ids_burst=500)
    await commit(redis, intake, invented(FLOOD, seed=1))
    before = await sizes(redis)

    await commit(redis, intake, invented(FLOOD, seed=2))

    assert await sizes(redis) == before
    assert await known(redis) == 500


async def test_a_flood_leaves_every_place_and_every_score_of_the_list_as_it_was(redis: Client):
    intake = committing(redis, window=86_400, new_ids_burst=5_000)
    stories = {f"story-{n}": now_ms() / 1000 - n for n in range(150)}
    await put_articles(redis, stories)
    await commit(redis, intake, [view(one, ago=n % 7) for n, one in enumerate(stories) for _ in range(n + 1)])
    lists = await lists_of(redis, settings_for("redis://unused"))
    now = now_ms() / 1000
    before = await lists.rank(SITE, TRENDING, now, 1)

    await commit(redis, intake, invented(FLOOD, seed=3))

    after = await lists.rank(SITE, TRENDING, now, 1)
    assert len(before.entries) == 150
    assert after.entries == before.entries


async def test_what_the_catalogue_has_counts_however_little_is_left(redis: Client):
    intake = committing(redis, new_ids_per_minute=0, new_ids_burst=0, max_ids=0)
    await put_articles(redis, {f"story-{n}": 0.0 for n in range(1_500)})

    await commit(redis, intake, [view(f"story-{n}") for n in range(1_500)] + invented(1_500, seed=4))

    assert await known(redis) == 1_500
    assert await totals(redis) == {"accepted": 3_000, "counted": 1_500, "refused": 1_500}


async def test_an_id_costs_once_and_all_its_views_count(redis: Client):
    intake = committing(redis, new_ids_per_minute=0, new_ids_burst=2)

    await commit(redis, intake, [view("/a"), view("/a"), view("/b"), view("/c"), view("/a"), view("/c")])
    await commit(redis, committing(redis, new_ids_per_minute=0, new_ids_burst=2), [view("/b"), view("/d")])

    assert [await views_of(redis, one) for one in ("/a", "/b", "/c", "/d")] == [3, 2, 0, 0]
    assert (await totals(redis))["refused"] == 3


async def test_the_budget_fills_up_by_the_minute(redis: Client):
    ten_minutes_ago = now_ms() / 1000 - 600
    await redis.hset(keys.budget(0, SITE), mapping={"left": "0.25", "at": str(ten_minutes_ago)})

    await commit(redis, committing(redis, new_ids_per_minute=3), invented(100, seed=5))

    assert await known(redis) == 30


async def test_a_budget_that_was_not_used_is_no_larger_than_its_burst(redis: Client):
    await redis.hset(keys.budget(0, SITE), mapping={"left": "40", "at": "0"})

    await commit(redis, committing(redis, new_ids_per_minute=60, new_ids_burst=50), invented(100, seed=6))

    assert await known(redis) == 50


async def test_a_clock_that_went_back_gives_nothing_twice(redis: Client):
    ahead = now_ms() / 1000 + 3_600
    await redis.hset(keys.budget(0, SITE), mapping={"left": "7", "at": str(ahead)})

    await commit(redis, committing(redis), invented(100, seed=7))

    assert await known(redis) == 7
    assert float(await redis.hget(keys.budget(0, SITE), "at")) == pytest.approx(ahead)


async def test_no_id_is_let_in_beyond_the_most_that_a_site_has(redis: Client):
    registry = CollectorRegistry()
    intake = committing(redis, registry=registry, max_ids=300)

    await commit(redis, intake, invented(1_000, seed=8))
    await put_articles(redis, {"story": 0.0})
    await commit(redis, intake, [view("story"), view("/one more")])

    assert await known(redis) == 301
    assert await views_of(redis, "story") == 1
    assert (await totals(redis))["refused"] == 701
    assert (
        registry.get_sample_value("groundswell_views_refused_at_commit_total", {"reason": "max-ids"}) == 701
    )


async def test_partitions_let_in_together_what_the_site_says(redis: Client):
    intake = committing(redis, partitions=4, new_ids_per_minute=0, new_ids_burst=402)

    for p in range(4):
        await commit(redis, intake, invented(300, seed=10 + p), partition=p)

    assert sum([await known(redis, p) for p in range(4)]) == 400


async def test_an_id_that_another_partition_counts_is_known(redis: Client):
    intake = committing(redis, partitions=4, new_ids_per_minute=0, new_ids_burst=4)
    await commit(redis, intake, [view("/a")])

    for p in range(4):
        await commit(redis, intake, [view("/a"), view(f"/{p}")], partition=p)

    assert await views_of(redis, "/a", range(4)) == 5
    assert [await known(redis, p) for p in range(4)] == [1, 2, 2, 2]


async def test_an_import_needs_no_budget(redis: Client):
    intake = committing(redis, new_ids_per_minute=0, new_ids_burst=0, max_ids=10)
    past = [view(f"/{n}", ago=9 * hours.DAY, visitor=n) for n in range(400)]
    await put(redis, [entry(*past, dedupe_window=1800), entry(view("/7"), view("/new"))])

    await deliver(redis, intake)

    assert await known(redis) == 400
    assert await totals(redis) == {"accepted": 402, "counted": 401, "refused": 1}


async def test_a_view_that_was_refused_counts_once_its_article_is_catalogued(redis: Client):
    intake = committing(redis, window=86_400, new_ids_per_minute=0, new_ids_burst=0)
    same = view("story", visitor=7, event=9)
    await commit(redis, intake, [same, same])
    await put_articles(redis, {"story": 0.0})

    await commit(redis, intake, [same, same])

    assert await views_of(redis, "story") == 1
    assert await redis.hget(keys.readers(0, SITE), "story") == b"1"
    assert await totals(redis) == {"accepted": 4, "counted": 1, "duplicates": 1, "refused": 2}


async def test_two_counters_at_once_spend_one_budget(redis: Client):
    counters = [committing(redis, new_ids_per_minute=0, new_ids_burst=500) for _ in range(2)]
    views = invented(4_000, seed=20)
    await put(redis, [entry(*views[start : start + 50]) for start in range(0, 4_000, 50)])

    async def count(intake: Intake) -> None:
        while raw := await redis.xreadgroup(keys.GROUP, "test", {keys.views(0): ">"}, count=1):
            await intake.take(0, raw[0][1])

    await asyncio.gather(*[count(intake) for intake in counters])

    assert await known(redis) == 500
    assert await totals(redis) == {"accepted": 4_000, "counted": 500, "refused": 3_500}
