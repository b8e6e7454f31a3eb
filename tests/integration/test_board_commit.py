"""What the commit script promises, on a real server."""

import math
import random

import pytest
from redis.exceptions import ResponseError

from services.counter.commit import split
from services.counter.group import ensure_group
from services.counter.layout import HOUR_LIFETIME
from shared import hours, keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from tests.entries import SITE, committing, deliver, entry, now_ms, put, totals, view, views_of


@pytest.fixture(autouse=True)
async def group(redis: Client) -> None:
    await ensure_group(redis, 0)


async def everything_but_the_stream(redis: Client) -> dict[bytes, bytes]:
    stream = keys.views(0).encode()
    return {key: await redis.dump(key) for key in sorted(await redis.keys()) if key != stream}


async def test_every_view_is_counted_when_nobody_says_who_read(redis: Client):
    await put(redis, [entry(view(), view(), view("/b"))])

    await deliver(redis, committing(redis))

    assert await views_of(redis, "/a") == 2
    assert await views_of(redis, "/b") == 1
    assert await totals(redis) == {"accepted": 3, "counted": 3}


@pytest.mark.parametrize("half_life", HALF_LIVES)
async def test_scores_equal_the_arithmetic_of_decay_in_any_order_and_batching(redis: Client, half_life: str):
    chance = random.Random(5)
    views = [view("/a", ago=chance.uniform(0, 20_000), weight=chance.uniform(0.5, 2)) for _ in range(700)]
    for start in range(0, 700, 70):
        await put(redis, [entry(*views[start : start + 70])])
        await deliver(redis, committing(redis))

    stored = await redis.zscore(keys.board(0, SITE, half_life), "/a")

    decay = Decay(HALF_LIVES[half_life])
    floor = decay.score(0.01, now_ms() / 1000)
    moments = [(v.occurred_ms / 1000, v.weight) for v in views]
    kept = [(t, w) for t, w in moments if decay.score(w, t) >= floor]
    assert stored == pytest.approx(decay.fold(kept), abs=1e-4)


async def test_hours_and_days_hold_what_was_counted_in_them(redis: Client):
    await put(redis, [entry(view(), view(ago=3600), view(ago=3600), view("/b"))])

    await deliver(redis, committing(redis))

    this, last = (hours.hour_stamp(now_ms() / 1000 - ago) for ago in (0, 3600))
    assert await redis.zscore(keys.hour(0, SITE, this), "/a") == 1
    assert await redis.zscore(keys.hour(0, SITE, last), "/a") == 2
    days = {hours.day_stamp(now_ms() / 1000 - ago) for ago in (0, 3600)}
    assert sum([await redis.zscore(keys.day(0, SITE, day), "/a") or 0 for day in days]) == 3
    assert 0 < await redis.ttl(keys.hour(0, SITE, this)) <= HOUR_LIFETIME


async def test_a_view_from_the_future_happens_now(redis: Client):
    ahead = now_ms() + 7_200_000
    await put(redis, [entry(view()._replace(occurred_ms=ahead, received_ms=ahead))])

    await deliver(redis, committing(redis))

    score = await redis.zscore(keys.board(0, SITE, "4h"), "/a")
    assert score <= now_ms() / 1000
    assert await redis.exists(keys.hour(0, SITE, hours.hour_stamp(ahead / 1000))) == 0


async def test_what_is_long_past_counts_and_touches_no_board(redis: Client):
    await put(redis, [entry(view(ago=60 * hours.DAY))])

    await deliver(redis, committing(redis))

    assert await views_of(redis) == 1
    assert await redis.keys("gs:board:*") == []


@pytest.mark.parametrize(
    "broken",
    [
        keys.total(0),
        keys.count(0, SITE),
        keys.readers(0, SITE),
        keys.board(0, SITE, "24h"),
        keys.budget(0, SITE),
        "an hour",
        "a day",
        "a window",
    ],
)
async def test_a_key_of_a_wrong_type_stops_the_commit_with_nothing_written(redis: Client, broken: str):
    now = now_ms() / 1000
    timely = {
        "an hour": keys.hour(0, SITE, hours.hour_stamp(now)),
        "a day": keys.day(0, SITE, hours.day_stamp(now)),
        "a window": keys.seen_header(0, "reader", int(now // 86_400)),
    }
    broken = timely.get(broken, broken)
    await put(redis, [entry(view(visitor=7))])
    await redis.delete(broken)
    await redis.set(broken, "not ours")
    before = {
        key: await redis.dump(key) for key in sorted(await redis.keys()) if key != keys.views(0).encode()
    }
    [[_, raw]] = await redis.xreadgroup(keys.GROUP, "test", {keys.views(0): ">"})

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await committing(redis).retake(0, raw, alone=False)

    after = {
        key: await redis.dump(key) for key in sorted(await redis.keys()) if key != keys.views(0).encode()
    }
    assert after == before
    assert (await redis.xpending(keys.views(0), keys.GROUP))["pending"] == 1


async def test_an_undecodable_entry_is_buried_and_its_mates_are_counted(redis: Client):
    await put(redis, [entry(view())])
    await redis.xadd(keys.views(0), {b"v": b"1", b"e": b"\xff\xfe", b"b": b"\xc1"})
    await redis.xadd(keys.views(0), {b"v": b"99", b"b": b""})
    await put(redis, [entry(view())])

    await deliver(redis, committing(redis))

    assert await views_of(redis) == 2
    letters = await redis.xrange(keys.dead(0))
    assert [fields[b"reason"] for _, fields in letters] == [b"undecodable", b"unknown-version"]
    assert letters[0][1][b"raw.b"] == b"\xc1"
    assert (await redis.xpending(keys.views(0), keys.GROUP))["pending"] == 0


async def test_a_batch_is_split_at_two_thousand_views():
    entries = [(b"0-1", entry(*[view()] * n)) for n in (500, 500, 500, 500, 500, 1)]

    assert [len(batch) for batch in split(entries)] == [4, 2]


async def test_the_script_survives_a_flush_of_scripts(redis: Client):
    intake = committing(redis)
    await put(redis, [entry(view())])
    await deliver(redis, intake)
    await redis.script_flush()
    await put(redis, [entry(view())])

    await deliver(redis, intake)

    assert await views_of(redis) == 2


async def test_weights_move_the_board_and_not_the_count(redis: Client):
    await put(redis, [entry(view("/light", weight=0.25), view("/full"))])

    await deliver(redis, committing(redis))

    light, full = [await redis.zscore(keys.board(0, SITE, "4h"), a) for a in ("/light", "/full")]
    assert await views_of(redis, "/light") == await views_of(redis, "/full") == 1
    assert full - light == pytest.approx(2 * HALF_LIVES["4h"], abs=0.01)
    assert math.isfinite(light)
