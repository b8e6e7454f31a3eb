"""Since when an article is on a list, and what a gap does to it."""

import time

from services.query.newsroom.since import QUARTER, ListedSince
from shared.connection import Client
from shared.override import Placed
from tests.histories import Recorder
from tests.published import SITE

NOW = time.time()
MINUTE = 60.0
DAY = 86_400.0


async def since(redis: Client, *ids: str) -> dict[str, float]:
    return await ListedSince(redis).of(SITE, "trending", ids, NOW)


async def test_an_article_is_listed_since_the_minute_it_came(redis: Client) -> None:
    recorder = Recorder(redis)
    await recorder.record(NOW - 500 * MINUTE, "ab")
    await recorder.record(NOW - 203 * MINUTE, "abc")
    await recorder.record(NOW - 7 * MINUTE, "abcd")
    await recorder.record(NOW - 1 * MINUTE, "acd")

    found = await since(redis, "a", "b", "c", "d", "never")

    expected = {"a": NOW - 500 * MINUTE, "c": NOW - 203 * MINUTE, "d": NOW - 7 * MINUTE}
    assert {one: round(moment, 2) for one, moment in found.items()} == {
        one: round(int(moment * 1000) / 1000, 2) for one, moment in expected.items()
    }


async def test_who_comes_back_is_listed_since_then(redis: Client) -> None:
    recorder = Recorder(redis)
    await recorder.record(NOW - 3 * DAY, "ab")
    await recorder.record(NOW - 2 * DAY, "a")
    await recorder.record(NOW - 1 * DAY, "ab")

    found = await since(redis, "a", "b")

    assert abs(found["a"] - (NOW - 3 * DAY)) < 1
    assert abs(found["b"] - (NOW - 1 * DAY)) < 1


async def test_a_gap_between_two_looks_goes_unseen(redis: Client) -> None:
    recorder = Recorder(redis)
    look = NOW // QUARTER * QUARTER - 4 * QUARTER
    await recorder.record(look - QUARTER, "ab")
    await recorder.record(look + 4 * MINUTE, "a")
    await recorder.record(look + 6 * MINUTE, "ab")

    assert abs((await since(redis, "b"))["b"] - (look - QUARTER)) < 1


async def test_whoever_was_always_there_has_been_since_history_began(redis: Client) -> None:
    await Recorder(redis).record(NOW - 5 * DAY, "a")

    assert abs((await since(redis, "a"))["a"] - (NOW - 5 * DAY)) < 1


async def test_a_pinned_article_is_listed(redis: Client) -> None:
    recorder = Recorder(redis)
    await recorder.record(NOW - 90 * MINUTE, "a")
    await recorder.record(NOW - 40 * MINUTE, "a", placed=Placed(((1, "p"),)))

    assert abs((await since(redis, "p"))["p"] - (NOW - 40 * MINUTE)) < 1


async def test_what_was_found_is_remembered_until_the_article_was_missing(redis: Client) -> None:
    known = ListedSince(redis)
    recorder = Recorder(redis)
    await recorder.record(NOW - 2 * DAY, "ab")
    first = await known.of(SITE, "trending", ["a", "b"], NOW)
    await recorder.record(NOW + 3 * QUARTER, "a")
    await recorder.record(NOW + 5 * QUARTER, "ab")
    await redis.config_resetstat()

    later = await known.of(SITE, "trending", ["a", "b"], NOW + 6 * QUARTER)

    assert later["a"] == first["a"]
    assert abs(later["b"] - (NOW + 5 * QUARTER)) < 1
    looks = (await redis.info("commandstats"))["cmdstat_xrevrange"]["calls"]
    assert looks < 60, "not all of two days was looked at again"


async def test_nothing_is_listed_on_a_list_without_a_history(redis: Client) -> None:
    assert await since(redis, "a") == {}
