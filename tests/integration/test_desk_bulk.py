"""Many articles at once: the good ones are stored, the bad ones listed."""

import json

import httpx

from shared import keys
from shared.connection import Client
from tests.desks import OTHER_SITE, SITE, article, catalogued, changes, put


async def test_a_bulk_stores_the_good_ones_and_lists_the_bad_ones(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "taken")
    items: list[object] = [article(f"a{n}") for n in range(1_000)]
    items[3] = article("a3", title="")
    items[500] = article("a500", aliases=["taken"])
    items[999] = "not an article"

    answer = await desk.post("/v1/articles", json=items)

    assert answer.status_code == 200
    assert answer.json()["stored"] == 997
    assert [(e["index"], e["reason"]) for e in answer.json()["errors"]] == [
        (3, "bad-shape"),
        (500, "alias-taken"),
        (999, "bad-shape"),
    ]
    assert "title" in answer.json()["errors"][0]["detail"]
    assert len(await catalogued(redis)) == 998


async def test_a_bulk_a_second_time_changes_nothing(desk: httpx.AsyncClient, redis: Client):
    items = [article(f"a{n}", aliases=[f"old{n}"]) for n in range(300)]
    first = await desk.post("/v1/articles", json=items)

    second = await desk.post("/v1/articles", json=items)

    assert first.json() == {"stored": 300, "unchanged": 0, "errors": []}
    assert second.json() == {"stored": 0, "unchanged": 300, "errors": []}
    assert len(await changes(redis)) == 300


async def test_articles_of_a_bulk_take_the_site_of_the_body_unless_they_name_one(
    desk: httpx.AsyncClient, redis: Client
):
    unplaced = {name: value for name, value in article("a").items() if name != "site"}

    answer = await desk.post(
        "/v1/articles", json={"site": SITE, "articles": [unplaced, article("b", site=OTHER_SITE)]}
    )

    assert answer.json()["stored"] == 2
    assert await catalogued(redis) == ["a"]
    assert await catalogued(redis, OTHER_SITE) == ["b"]


async def test_articles_may_come_a_line_each(desk: httpx.AsyncClient, redis: Client):
    unplaced = {name: value for name, value in article("a").items() if name != "site"}
    lines = [
        json.dumps(unplaced),
        "",
        "{broken",
        json.dumps(article("b", site="nowhere")),
        json.dumps(unplaced),
    ]

    answer = await desk.post(
        "/v1/articles",
        params={"site": SITE},
        content="\n".join(lines).encode() + b'\n{"id": "\xff"}\n',
        headers={"content-type": "application/x-ndjson; charset=utf-8"},
    )

    assert answer.json()["stored"] == 1
    assert answer.json()["unchanged"] == 1
    assert [(e["index"], e["reason"]) for e in answer.json()["errors"]] == [
        (1, "bad-json"),
        (2, "unknown-site"),
        (4, "bad-encoding"),
    ]
    assert await catalogued(redis) == ["a"]


async def test_ten_thousand_articles_are_taken_and_one_more_is_not(desk: httpx.AsyncClient, redis: Client):
    items = [article(f"a{n}") for n in range(10_000)]

    answer = await desk.post("/v1/articles", json=items)
    refused = await desk.post("/v1/articles", json=[*items, article("one-more")])

    assert answer.json()["stored"] == 10_000
    assert refused.status_code == 413
    assert refused.json()["type"] == "urn:groundswell:problem:too-many-articles"
    assert await redis.zcard(keys.published(SITE)) == 10_000
