"""The Rising list, diversity and min_views, asked over HTTP."""

from datetime import timedelta

import pytest

from services.query.models import TrendingAnswer
from services.query.operations import TRENDING
from shared.connection import Client
from tests.published import NOON, SITE, article, catalogue, publish, query, refusal


async def test_rising_is_a_list_like_the_others(redis: Client, redis_url: str) -> None:
    await catalogue(
        redis, article("a"), article("b"), article("newest", published_at=NOON + timedelta(hours=1))
    )
    await publish(redis, "rising", {"b": (7.5, 20), "a": (3.1, 147)}, past=["a"])

    async with query(redis_url) as (_, client):
        found = await client.get("/v1/trending", params={"site": SITE, "list": "rising"})

    answer = found.json()
    assert [(one["id"], one["rank"], one["movement"], one["source"]) for one in answer["data"]] == [
        ("b", 1, None, "rising"),
        ("a", 2, -1, "rising"),
        ("newest", 3, None, "latest"),
    ]
    assert answer["data"][0]["metrics"] == {"views": 20}
    assert set(answer["meta"]) == {"site", "list", "generated_at"}
    assert answer["meta"]["list"] == "rising"
    TrendingAnswer.model_validate_json(found.content, strict=True)


async def test_where_nothing_rises_the_newest_are_shown_and_said_to_be(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b", published_at=NOON + timedelta(hours=1)))
    await publish(redis, "rising", {})

    async with query(redis_url) as (_, client):
        answer = (await client.get("/v1/trending", params={"site": SITE, "list": "rising"})).json()

    assert [(one["id"], one["source"]) for one in answer["data"]] == [("b", "latest"), ("a", "latest")]


async def test_diversity_and_min_views_act_on_the_whole_published_list(redis: Client, redis_url: str) -> None:
    ids = [f"a{n:03}" for n in range(500)]
    await catalogue(redis, *(article(one, section="Other" if one > "a497" else "World") for one in ids))
    await publish(redis, "trending", {one: (1.0, n + 1) for n, one in enumerate(ids)})

    async with query(redis_url) as (_, client):

        async def found(**asked: str) -> list[str]:
            answer = await client.get("/v1/trending", params={"site": SITE, **asked})
            return [one["id"] for one in answer.json()["data"] if one["source"] == "trending"]

        assert await found(diversity="section:1") == ["a000", "a498"]
        assert await found(diversity="section:2", min_views="100") == ["a099", "a100", "a498", "a499"]
        assert await found(min_views="500") == ["a499"]
        assert await found(min_views="0", limit="1") == ["a000"]


@pytest.mark.parametrize(
    "path",
    ["/v1/trending", "/v1/trending.rss", "/v1/trending.json-feed", "/embed/trending", "/v1/board"],
)
async def test_every_form_of_the_list_takes_them(redis: Client, redis_url: str, path: str) -> None:
    await catalogue(redis, *(article(one, section="World") for one in ("first", "second", "third")))
    await publish(redis, "rising", {"first": (9.0, 5), "second": (8.0, 50), "third": (7.0, 50)})

    async with query(redis_url, board="public") as (_, client):
        asked = {"site": SITE, "list": "rising", "diversity": "section:1", "min_views": "10"}
        answer = await client.get(path, params=asked)

    assert answer.status_code == 200
    told = [f"Title of {one}" in answer.text for one in ("first", "second", "third")]
    assert told == [False, True, False]


BAD = [
    ("diversity=", "diversity"),
    ("diversity=section", "diversity"),
    ("diversity=section:0", "diversity"),
    ("diversity=section:101", "diversity"),
    ("diversity=section:-1", "diversity"),
    ("diversity=section:2,section:3", "diversity"),
    ("diversity=section:2,", "diversity"),
    ("diversity=site:2", "diversity"),
    ("diversity=2", "diversity"),
    ("diversity=tag:%D9%A2", "diversity"),
    ("min_views=", "min_views"),
    ("min_views=-1", "min_views"),
    ("min_views=1.5", "min_views"),
    ("min_views=9999999999", "min_views"),
    ("list=rising&window=1h", "window"),
]


@pytest.mark.parametrize(("asked", "parameter"), BAD, ids=[asked for asked, _ in BAD])
async def test_a_wrong_one_is_refused_by_its_name(redis_url: str, asked: str, parameter: str) -> None:
    assert "bad-parameter" in {kind.slug for kind in TRENDING.problems}
    async with query(redis_url) as (_, client):
        found = refusal(await client.get(f"/v1/trending?site={SITE}&{asked}"))

    assert found == (400, "bad-parameter", parameter)
