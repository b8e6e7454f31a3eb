"""What the desk stores, replaces and takes away."""

import httpx

from services.desk.catalogue import put_articles
from shared import keys
from shared.article import Article
from shared.connection import Client
from tests.desks import SITE, aliases, article, catalogued, changes, put


async def test_an_article_is_stored_and_answered_as_it_was_put(desk: httpx.AsyncClient):
    whole = article(
        summary="They left on Saturday.",
        image_url="https://news.example/a.jpg",
        thumbnail_url="https://news.example/a-small.jpg",
        section="World",
        tags=["Global News", "World News"],
        authors=["A. Reporter"],
        aliases=["old-slug"],
    )

    answer = await desk.put("/v1/article", json=whole)

    assert answer.status_code == 200
    assert answer.json() == {"site": SITE, "id": "cuban-advisers", "outcome": "stored"}
    found = await desk.get("/v1/article", params={"site": SITE, "id": "cuban-advisers"})
    assert found.json() == {**whole, "also_known_as": ["/2026/02/cuban-advisers", "old-slug"]}


async def test_an_alias_answers_with_its_article(desk: httpx.AsyncClient):
    await put(desk, "a", aliases=["old"])

    found = await desk.get("/v1/article", params={"site": SITE, "id": "old"})

    assert found.json()["id"] == "a"


async def test_an_article_is_in_the_catalogue_the_feed_and_the_audit(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])

    assert await redis.zscore(keys.published(SITE), "a") == 1771693740.0
    assert await changes(redis) == [{b"site": SITE.encode(), b"id": b"a", b"aliases": b"old /2026/02/a"}]
    [(_, audited)] = await redis.xrange(keys.AUDIT)
    assert audited == {b"who": b"desk", b"action": b"put", b"site": SITE.encode(), b"id": b"a"}


async def test_putting_the_same_article_again_writes_nothing(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])
    before = await redis.dump(keys.article(SITE, "a"))

    answer = await put(desk, "a", aliases=["old"])

    assert answer.json()["outcome"] == "unchanged"
    assert len(await changes(redis)) == 1
    assert await redis.dump(keys.article(SITE, "a")) == before


async def test_an_update_replaces_every_field(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", section="World", summary="Before.", published_at="2026-02-20T00:00:00Z")

    await put(desk, "a", title="After")

    stored = await redis.hgetall(keys.article(SITE, "a"))
    assert stored[b"title"] == b"After"
    assert stored[b"summary"] == b""
    assert b"section" not in stored
    assert await redis.zscore(keys.published(SITE), "a") == 1771693740.0


async def test_deleting_takes_the_aliases_along_and_leaves_the_counts(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])
    await redis.hset(keys.count(0, SITE), "a", 147)

    answer = await desk.delete("/v1/article", params={"site": SITE, "id": "a"})

    assert answer.status_code == 200
    assert await catalogued(redis) == []
    assert await aliases(redis) == {}
    assert await redis.hget(keys.count(0, SITE), "a") == b"147"
    assert (await changes(redis))[-1] == {b"site": SITE.encode(), b"id": b"a", b"aliases": b"old /2026/02/a"}


async def test_deleting_what_is_not_there_is_refused(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])

    unknown = await desk.delete("/v1/article", params={"site": SITE, "id": "b"})
    alias = await desk.delete("/v1/article", params={"site": SITE, "id": "old"})

    assert [unknown.status_code, alias.status_code] == [404, 404]
    assert "'a'" in alias.json()["detail"]
    assert await catalogued(redis) == ["a"]


async def test_a_key_of_a_wrong_type_stops_a_put_with_nothing_written(desk: httpx.AsyncClient, redis: Client):
    await redis.set(keys.alias(SITE), "not a hash")

    answer = await put(desk, "a")

    assert answer.status_code == 503
    assert await catalogued(redis) == []
    assert await redis.exists(keys.CHANGES, keys.AUDIT) == 0


async def test_seeding_twice_changes_nothing(redis: Client):
    seeds = [Article(**{k: v for k, v in article(f"a{n}").items() if k != "site"}) for n in range(9)]

    first = await put_articles(redis, SITE, seeds, by="seed")
    second = await put_articles(redis, SITE, seeds, by="seed")

    assert (first.stored, first.unchanged, first.refused) == (9, 0, ())
    assert (second.stored, second.unchanged, second.refused) == (0, 9, ())
    assert len(await changes(redis)) == 9
