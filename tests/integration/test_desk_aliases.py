"""An alias has one owner, and leads to an article."""

import asyncio

import httpx

from shared.connection import Client
from tests.desks import (
    OTHER_SITE,
    QUERY_SITE,
    SITE,
    aliases,
    catalogued,
    changes,
    put,
)


async def test_an_alias_that_is_no_longer_stated_is_gone(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old", "older"])

    await put(desk, "a", aliases=["older"])

    assert await aliases(redis) == {"older": "a", "/2026/02/a": "a"}


async def test_a_new_address_takes_the_place_of_the_old_one(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a")

    await put(desk, "a", url="https://news.example/moved/a")

    assert await aliases(redis) == {"/moved/a": "a"}
    assert set((await changes(redis))[-1][b"aliases"].split()) == {b"/moved/a", b"/2026/02/a"}


async def test_the_query_keys_of_a_site_make_the_alias(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "7", site=QUERY_SITE, url="https://query.example/?utm_source=feed&p=7")

    assert await aliases(redis, QUERY_SITE) == {"/%3Fp%3D7": "7"}


async def test_ids_and_aliases_are_normalised(desk: httpx.AsyncClient, redis: Client):
    answer = await put(desk, "x", id="/café", url="https://news.example/caf%c3%a9/", aliases=["100%"])

    assert answer.json()["id"] == "/caf%C3%A9"
    assert await aliases(redis) == {"100%25": "/caf%C3%A9"}


async def test_sites_share_no_ids(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])

    answer = await put(desk, "old", site=OTHER_SITE)

    assert answer.status_code == 200
    assert await catalogued(redis, OTHER_SITE) == ["old"]


async def test_an_alias_of_another_article_is_refused_and_nothing_is_written(
    desk: httpx.AsyncClient, redis: Client
):
    await put(desk, "a", aliases=["old"])

    answer = await put(desk, "b", aliases=["fine", "old"])

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:groundswell:problem:alias-taken"
    assert answer.json()["article"] == "a"
    assert "'old'" in answer.json()["detail"]
    assert await catalogued(redis) == ["a"]
    assert "fine" not in await aliases(redis)


async def test_the_id_of_another_article_is_no_alias(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a")

    answer = await put(desk, "b", aliases=["a"])

    assert answer.status_code == 409
    assert answer.json()["article"] == "a"
    assert await catalogued(redis) == ["a"]


async def test_an_alias_cannot_become_an_article(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])

    answer = await put(desk, "old")

    assert answer.status_code == 409
    assert answer.json()["article"] == "a"
    assert await catalogued(redis) == ["a"]


async def test_two_articles_cannot_be_aliases_of_each_other(desk: httpx.AsyncClient, redis: Client):
    first = await put(desk, "a", aliases=["b"])
    second = await put(desk, "b", aliases=["a"])

    assert [first.status_code, second.status_code] == [200, 409]
    assert (await aliases(redis))["b"] == "a"


async def test_an_address_whose_id_is_taken_is_left_to_its_owner(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "/2026/02/a")
    await put(desk, "owner", aliases=["/2026/02/b"])

    one = await put(desk, "a")
    other = await put(desk, "b")

    assert [one.status_code, other.status_code] == [200, 200]
    assert await aliases(redis) == {"/2026/02/b": "owner", "/2026/02/owner": "owner"}


async def test_an_address_becomes_the_alias_once_its_id_is_free(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "/2026/02/a")
    await put(desk, "a")
    await desk.delete("/v1/article", params={"site": SITE, "id": "/2026/02/a"})

    answer = await put(desk, "a")

    assert answer.json()["outcome"] == "stored"
    assert await aliases(redis) == {"/2026/02/a": "a"}


async def test_an_alias_moves_when_its_owner_lets_go_first(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["slug"])
    await put(desk, "a")

    answer = await put(desk, "b", aliases=["slug"])

    assert answer.status_code == 200
    assert (await aliases(redis))["slug"] == "b"


async def test_of_many_who_claim_one_alias_at_once_one_gets_it(desk: httpx.AsyncClient, redis: Client):
    claims = [put(desk, f"article-{n}", aliases=["slug"]) for n in range(20)]

    statuses = [answer.status_code for answer in await asyncio.gather(*claims)]

    assert sorted(statuses) == [200, *[409] * 19]
    assert await catalogued(redis) == [(await aliases(redis))["slug"]]
