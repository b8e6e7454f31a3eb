"""The list as it was at a moment, and what is refused."""

import time
from datetime import UTC, datetime

import httpx
import pytest

from services.query.models import TrendingAnswer
from services.query.operations import TRENDING
from shared.connection import Client
from shared.override import Placed, Slot
from tests.histories import Recorder
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, count, query, refusal

NOW = int(time.time()) // 60 * 60
HOUR = 3_600
DAY = 86_400


def utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


async def then(client: httpx.AsyncClient, moment: float, **asked: object) -> TrendingAnswer:
    answer = await client.get("/v1/trending", params={"site": SITE, "at": utc(moment), **asked})
    assert answer.status_code == 200, answer.text
    return TrendingAnswer.model_validate_json(answer.content, strict=True)


def ids(answer: TrendingAnswer) -> list[str]:
    return [one.id for one in answer.data]


async def test_any_minute_gives_the_list_as_it_was(redis: Client, redis_url: str) -> None:
    await catalogue(redis, *map(article, "abcd"))
    await count(redis, {"a": 147, "b": 20})
    recorder = Recorder(redis)
    for minute, listed in enumerate(("ab", "ba", "ba", "cab", "c")):
        await recorder.record(NOW - HOUR + 60 * minute + 0.4, listed)

    async with query(redis_url, board="public") as (_, client):
        found = [ids(await then(client, NOW - HOUR + 60 * minute + 30)) for minute in range(7)]
        first = await then(client, NOW - HOUR + 30)
        long_ago = await then(client, NOW - HOUR + 1)

    assert found == [["a", "b"], ["b", "a"], ["b", "a"], ["c", "a", "b"], ["c"], ["c"], ["c"]]
    assert [(one.rank, one.source, one.metrics.views) for one in first.data] == [
        (1, "trending", 147),
        (2, "trending", 20),
    ]
    assert first.meta.at is not None
    assert first.meta.at.timestamp() == NOW - HOUR + 30
    assert first.meta.generated_at is not None
    assert first.meta.generated_at.timestamp() == NOW - HOUR + 0.4
    assert ids(long_ago) == ["a", "b"]


async def test_movement_is_against_the_list_an_hour_before_that(redis: Client, redis_url: str) -> None:
    await catalogue(redis, *map(article, "abc"))
    recorder = Recorder(redis)
    await recorder.record(NOW - 5 * HOUR, "abc")
    await recorder.record(NOW - 4 * HOUR, "cb")

    async with query(redis_url, board="public") as (_, client):
        found = await then(client, NOW - 4 * HOUR + 10)

    assert [(one.id, one.movement) for one in found.data] == [("c", 2), ("b", 0)]


async def test_what_was_placed_then_stands_there_and_what_is_in_force_now_does_not(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, *(article(one) for one in ("a", "b", "p", "shown")))
    recorder = Recorder(redis)
    await recorder.record(NOW - 2 * HOUR, "ab", placed=Placed(((1, "p"),), (Slot(2, "shown", "Ad"),)))
    await recorder.record(NOW - HOUR, "ab")
    await put(redis, {"a": override("ban"), "b": override("pin", position=1)})

    async with query(redis_url, board="public") as (_, client):
        pinned = await then(client, NOW - 2 * HOUR + 60)
        later = await then(client, NOW - HOUR + 60)

    assert [(one.id, one.rank, one.source) for one in pinned.data] == [
        ("p", 1, "pinned"),
        ("shown", None, "sponsored"),
        ("a", 2, "trending"),
        ("b", 3, "trending"),
    ]
    assert ids(later) == ["a", "b"]


async def test_every_list_has_a_past_and_filters_act_on_it(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b", section="World"), article("c", section="World"))
    await count(redis, {"b": 3, "c": 30})
    await Recorder(redis, "most-read:24h").record(NOW - HOUR, "abc", value=9.0)

    async with query(redis_url, board="public") as (_, client):
        asked = {"list": "most-read", "window": "24h"}
        whole = await then(client, NOW - HOUR + 60, **asked)
        world = await then(client, NOW - HOUR + 60, section="World", min_views=10, **asked)

    assert ids(whole) == ["a", "b", "c"]
    assert [one.metrics.window_views for one in whole.data] == [9, 9, 9]
    assert whole.meta.window == "24h"
    assert [(one.id, one.rank) for one in world.data] == [("c", 1)]


async def test_an_article_that_was_deleted_since_takes_no_rank(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"))
    await Recorder(redis).record(NOW - HOUR, ["gone", "b", "a"])

    async with query(redis_url, board="public") as (_, client):
        assert [(one.id, one.rank) for one in (await then(client, NOW)).data] == [("b", 1), ("a", 2)]


BAD = {
    "a moment to come": (f"at={utc(NOW + 3 * HOUR)}", (400, "bad-parameter", "at")),
    "over seven days ago": (f"at={utc(NOW - 7 * DAY - HOUR)}", (400, "bad-parameter", "at")),
    "before all that is kept": (f"at={utc(NOW - 6 * DAY)}", (400, "bad-parameter", "at")),
    "a day": ("at=2015-05-17", (400, "bad-parameter", "at")),
    "a word": ("at=yesterday", (400, "bad-parameter", "at")),
    "nothing": ("at=", (400, "bad-parameter", "at")),
    "a list without a past": (f"at={utc(NOW)}&list=rising", (400, "bad-parameter", "at")),
    "reasons of then": (f"at={utc(NOW)}&explain=1", (400, "bad-parameter", "explain")),
    "two moments": (f"at={utc(NOW)}&at={utc(NOW)}", (400, "bad-parameter", "at")),
    "reasons by a word": ("explain=yes", (400, "bad-parameter", "explain")),
    "reasons, sorted": ("explain=1&sort=views", (400, "unknown-parameter", "sort")),
    "a name in disguise": (f"%61t={utc(NOW)}", (400, "unknown-parameter", "at")),
}


@pytest.mark.parametrize(("asked", "expected"), BAD.values(), ids=BAD.keys())
async def test_a_moment_that_history_cannot_tell_of_is_refused_by_its_name(
    redis: Client, redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in TRENDING.problems}
    await catalogue(redis, article("a"))
    await Recorder(redis).record(NOW - 5 * DAY, "a")
    async with query(redis_url, board="public") as (_, client):
        assert refusal(await client.get(f"/v1/trending?site={SITE}&{asked}")) == expected


@pytest.mark.parametrize("asked", [f"at={utc(NOW)}", "explain=1", "explain=0"], ids=["at", "why", "not why"])
async def test_the_past_and_the_reasons_are_the_newsrooms(redis: Client, redis_url: str, asked: str) -> None:
    await catalogue(redis, article("a"))
    await Recorder(redis).record(NOW - HOUR, "a")
    address = f"/v1/trending?site={SITE}&{asked}"
    with_key = {"authorization": "Bearer newsroom"}
    async with query(redis_url, newsroom_key="newsroom") as (_, client):
        seen = await client.get(address, headers=with_key)
        for headers in ({}, {"authorization": "Bearer wrong"}):
            assert refusal(await client.get(address, headers=headers))[:2] == (401, "wrong-key")
        public = await client.get(f"/v1/trending?site={SITE}&section=explain=1")

    assert seen.status_code == 200
    assert seen.headers["cache-control"] == "private, no-store"
    assert public.headers["cache-control"].startswith("public")


async def test_feeds_and_frames_have_no_past(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"))
    async with query(redis_url, board="public") as (_, client):
        for path in ("/v1/trending.rss", "/v1/trending/live", "/embed/trending"):
            answer = await client.get(f"{path}?site={SITE}&at={utc(NOW)}")
            assert refusal(answer) == (400, "unknown-parameter", "at")
