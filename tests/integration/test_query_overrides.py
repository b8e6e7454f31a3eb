"""Overrides as pages see them: marked, right under every filter, and over by themselves."""

import time

import httpx
import pytest

from services.query.models import TrendingAnswer
from shared.connection import Client
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, count, publish, query
from tests.waiting import wait_until


async def rows(client: httpx.AsyncClient, **asked: object) -> list[tuple[str, int | None, str]]:
    answer = await client.get("/v1/trending", params={"site": SITE, **asked})
    TrendingAnswer.model_validate_json(answer.content, strict=True)
    return [(one["id"], one["rank"], one["source"]) for one in answer.json()["data"]]


async def test_a_pinned_article_is_marked_and_has_its_rank(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"), article("p"))
    await publish(redis, "trending", {"a": (3.0, 30), "b": (2.0, 20)}, past=["a", "b"])
    await count(redis, {"p": 7})
    await put(redis, {"p": override("pin", position=2)})

    async with query(redis_url) as (_, client):
        answer = await client.get("/v1/trending", params={"site": SITE})

    data = answer.json()["data"]
    assert [(one["id"], one["rank"], one["movement"], one["source"], one["metrics"]) for one in data] == [
        ("a", 1, 0, "trending", {"views": 30}),
        ("p", 2, 0, "pinned", {"views": 7}),
        ("b", 3, 0, "trending", {"views": 20}),
    ]
    assert all("label" not in one and "why" not in one for one in data)


async def test_a_slot_has_a_label_and_no_rank_and_stands_in_no_ranking(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"), article("shown"))
    await publish(redis, "trending", {"shown": (9.0, 9), "a": (3.0, 30), "b": (2.0, 20)})
    await publish(redis, "most-read:24h", {"shown": (9.0, 9), "a": (3.0, 30)})
    await put(redis, {"shown": override("sponsor", position=2, label="Ad by Acme")})

    async with query(redis_url) as (_, client):
        answer = await client.get("/v1/trending", params={"site": SITE, "limit": 3})
        most_read = await rows(client, list="most-read", limit=1)
        without = await rows(client, exclude="shown")

    data = answer.json()["data"]
    assert [(one["id"], one["rank"], one["source"], one.get("label")) for one in data] == [
        ("a", 1, "trending", None),
        ("shown", None, "sponsored", "Ad by Acme"),
        ("b", 2, "trending", None),
    ]
    assert most_read == [("a", 1, "most-read")]
    assert without == [("a", 1, "trending"), ("b", 2, "trending")]


async def test_a_banned_article_neither_stands_on_a_list_nor_fills_it_up(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("banned"), article("unread"), article("banned-too"))
    await publish(redis, "trending", {"banned": (9.0, 9), "a": (3.0, 30)})
    await publish(redis, "most-read:24h", {"banned": (9.0, 9), "a": (3.0, 30)})
    await put(redis, {"banned": override("ban"), "banned-too": override("ban")})

    async with query(redis_url) as (_, client):
        assert await rows(client) == [("a", 1, "trending"), ("unread", 2, "latest")]
        assert await rows(client, list="most-read") == [("a", 1, "most-read"), ("unread", 2, "latest")]


async def test_filters_stay_right_around_what_is_placed(redis: Client, redis_url: str) -> None:
    await catalogue(
        redis,
        article("a", section="Local"),
        article("b", section="World"),
        article("p", section="World"),
        article("shown", section="Local"),
    )
    await publish(redis, "trending", {"a": (3.0, 30), "b": (2.0, 20)})
    await put(redis, {"p": override("pin", position=1), "shown": override("sponsor", position=1)})

    async with query(redis_url) as (_, client):
        assert await rows(client) == [
            ("shown", None, "sponsored"),
            ("p", 1, "pinned"),
            ("a", 2, "trending"),
            ("b", 3, "trending"),
        ]
        assert await rows(client, section="World") == [("p", 1, "pinned"), ("b", 2, "trending")]
        assert await rows(client, section="Local") == [("shown", None, "sponsored"), ("a", 1, "trending")]


async def test_pins_and_slots_stand_on_trending_alone(redis: Client, redis_url: str) -> None:
    await catalogue(redis, *map(article, ("a", "p", "shown")))
    await publish(redis, "rising", {"a": (3.0, 30)})
    await publish(redis, "most-read:24h", {"a": (3.0, 30)})
    await put(redis, {"p": override("pin", position=1), "shown": override("sponsor")})

    async with query(redis_url) as (_, client):
        for name in ("rising", "most-read"):
            assert await rows(client, list=name) == [("a", 1, name), ("p", 2, "latest")]


async def test_an_override_is_over_by_the_clock_though_nobody_sweeps_it(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("p"))
    await publish(redis, "trending", {"a": (3.0, 30)})
    async with query(redis_url) as (_, client):
        await put(redis, {"p": override("pin", position=1, until=time.time() + 3)})

        async def pinned() -> bool:
            return (await rows(client))[0] == ("p", 1, "pinned")

        async def over() -> bool:
            return await rows(client) == [("a", 1, "trending"), ("p", 2, "latest")]

        await wait_until(pinned, "it is pinned")
        await wait_until(over, "it is pinned no more")


async def test_a_change_of_an_override_changes_the_tag_and_the_moment_of_the_data(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (3.0, 30), "b": (2.0, 20)}, changed_at=1.0)
    async with query(redis_url) as (_, client):
        before = await client.get("/v1/trending", params={"site": SITE})
        await put(redis, {"b": override("pin", position=1)})
        after = before

        async def changed() -> bool:
            nonlocal after
            after = await client.get("/v1/trending", params={"site": SITE})
            return after.headers["etag"] != before.headers["etag"]

        await wait_until(changed, "the tag is another")

    assert after.json()["meta"]["generated_at"] > before.json()["meta"]["generated_at"]


@pytest.mark.parametrize("stored", ["not JSON", '{"action": "pin", "position": 1}'])
async def test_what_is_no_override_costs_nobody_the_list(redis: Client, redis_url: str, stored: str) -> None:
    await catalogue(redis, article("a"))
    await redis.hset(f"gs:override:{SITE}", "a", stored)
    await publish(redis, "trending", {"a": (3.0, 30)})

    async with query(redis_url) as (_, client):
        assert await rows(client) == [("a", 1, "trending")]
