"""What is counted once: a visitor in a window, a reader in a day, an event, an entry."""

import random

import pytest

from services.counter.group import ensure_group
from shared import hours, keys
from shared.connection import Client
from tests.entries import SITE, committing, deliver, entry, now_ms, put, totals, view, views_of


@pytest.fixture(autouse=True)
async def group(redis: Client) -> None:
    await ensure_group(redis, 0)


async def test_a_visitor_counts_once_an_article_within_the_window(redis: Client):
    await put(redis, [entry(view(visitor=7), view(visitor=7), view("/b", visitor=7))])
    await put(redis, [entry(view(visitor=7), view(visitor=8))])

    await deliver(redis, committing(redis, window=86_400))

    assert await views_of(redis, "/a") == 2
    assert await views_of(redis, "/b") == 1
    assert await totals(redis) == {"accepted": 5, "counted": 3, "duplicates": 2}


async def test_a_visitor_counts_again_in_the_next_window(redis: Client):
    start = now_ms() // 60_000 * 60_000
    views = [
        view(visitor=7)._replace(occurred_ms=start - ago * 1000, received_ms=start) for ago in (1, 30, 61)
    ]
    await put(redis, [entry(*views)])

    await deliver(redis, committing(redis, window=60))

    assert await views_of(redis) == 2


async def test_a_window_of_zero_counts_every_view_and_still_counts_readers_once(redis: Client):
    await put(redis, [entry(*[view(visitor=7)] * 5)])

    await deliver(redis, committing(redis, window=0))

    assert await views_of(redis) == 5
    assert await redis.hget(keys.readers(0, SITE), "/a") == b"1"


async def test_a_reader_day_counts_once_an_article_and_utc_day(redis: Client):
    midnight = hours.floor_day(now_ms() / 1000) * 1000
    early, late = midnight - 1000, midnight
    views = [view(visitor=7)._replace(occurred_ms=t, received_ms=now_ms()) for t in (early, early, late)]
    await put(redis, [entry(*views)])

    await deliver(redis, committing(redis, window=0))

    assert await redis.hget(keys.readers(0, SITE), "/a") == b"2"


async def test_an_event_id_counts_once_also_over_midnight(redis: Client):
    midnight = hours.floor_day(now_ms() / 1000) * 1000
    yesterday = view(event=99)._replace(occurred_ms=midnight - 5, received_ms=midnight - 5)
    today = view(event=99)._replace(occurred_ms=midnight + 5, received_ms=midnight + 5)
    intake = committing(redis)
    await put(redis, [entry(yesterday)])
    await deliver(redis, intake)
    await put(redis, [entry(today), entry(view(event=98))])

    await deliver(redis, intake)

    assert await views_of(redis) == 2
    assert (await totals(redis))["duplicates"] == 1


async def test_an_entry_sent_twice_counts_once_and_is_booked_apart(redis: Client):
    twice = entry(view(), view())
    await put(redis, [twice, twice])

    await deliver(redis, committing(redis))

    assert await views_of(redis) == 2
    assert await totals(redis) == {"accepted": 4, "counted": 2, "repeated": 2}


async def test_an_entry_that_somebody_acknowledged_counts_nothing(redis: Client):
    await put(redis, [entry(view())])
    [[_, raw]] = await redis.xreadgroup(keys.GROUP, "zombie", {keys.views(0): ">"})
    intake = committing(redis)
    await intake.take(0, raw)

    await intake.take(0, raw)

    assert await views_of(redis) == 1
    assert await totals(redis) == {"accepted": 1, "counted": 1}


async def test_the_views_of_an_import_are_deduplicated_however_old(redis: Client):
    old = view(ago=4000 * hours.DAY, visitor=7)
    await put(redis, [entry(old, old, dedupe_window=1800), entry(old, dedupe_window=1800)])

    await deliver(redis, committing(redis))

    assert await views_of(redis) == 1
    assert await redis.hget(keys.readers(0, SITE), "/a") == b"1"


async def test_a_view_too_late_for_its_window_is_counted_without_it(redis: Client):
    late = view(ago=2 * 1800 + 3600 + 1800, visitor=7)
    await put(redis, [entry(late, late)])

    await deliver(redis, committing(redis, window=1800))

    assert await views_of(redis) == 2
    assert await redis.hget(keys.readers(0, SITE), "/a") == b"1"


async def test_two_counters_agree_on_the_buckets_of_a_window(redis: Client):
    await redis.hset(keys.seen_header(0, "visitor-86400", now_ms() // 86_400_000), "buckets", 1024)
    one, other = committing(redis, window=86_400), committing(redis, window=86_400)
    for intake in (one, other):
        await put(redis, [entry(*[view(visitor=n) for n in range(300)])])
        await deliver(redis, intake)

    assert await views_of(redis) == 300


async def test_a_window_that_was_lost_is_begun_again(redis: Client):
    intake = committing(redis)
    await put(redis, [entry(view(visitor=7, event=3))])
    await deliver(redis, intake)
    await redis.flushall()
    await ensure_group(redis, 0)
    await redis.hset(keys.seen_header(0, "event", now_ms() // 86_400_000), "buckets", 512)
    await put(redis, [entry(view(visitor=7, event=3))])

    await deliver(redis, intake)

    assert await views_of(redis) == 1


async def test_seen_sets_are_small_integers_and_die(redis: Client):
    await put(redis, [entry(*[view(visitor=random.getrandbits(64)) for _ in range(200)])])

    await deliver(redis, committing(redis))

    buckets = [k for k in await redis.keys("gs:seen:*") if not k.endswith(b"header")]
    assert {await redis.object("encoding", k) for k in buckets} == {b"intset"}
    assert all([await redis.ttl(k) > 0 for k in await redis.keys("gs:seen:*")])
