"""What the desk changes, every follower of the catalogue sees."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared import keys
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.tasks import end
from tests.desks import OTHER_SITE, SITE, article, client_of, desk_at
from tests.waiting import wait_until


@pytest.fixture
async def desk(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with desk_at(redis_url) as service, client_of(service) as client:
        yield client


@pytest.fixture
async def follower(redis: Client) -> AsyncIterator[Catalogue]:
    """A copy with articles, loaded while the catalogue was empty."""
    catalogue = Catalogue(redis, [SITE, OTHER_SITE])
    following = asyncio.create_task(catalogue.follow())
    await wait_until(lambda: catalogue.loaded, "the catalogue is loaded")
    yield catalogue
    await end([following])


@pytest.fixture
async def collector(redis: Client) -> AsyncIterator[Catalogue]:
    """A copy of the aliases alone."""
    catalogue = Catalogue(redis, [SITE], with_articles=False)
    following = asyncio.create_task(catalogue.follow())
    await wait_until(lambda: catalogue.loaded, "the aliases are loaded")
    yield catalogue
    await end([following])


async def put(desk: httpx.AsyncClient, article_id: str, **given: object) -> None:
    assert (await desk.put("/v1/article", json=article(article_id, **given))).status_code == 200


async def test_a_put_an_update_a_new_alias_and_a_delete_arrive(desk: httpx.AsyncClient, follower: Catalogue):
    site = follower[SITE]

    await put(desk, "a", title="Before")
    await wait_until(lambda: "a" in site.articles, "the article is there")
    assert site.articles["a"].title == "Before"
    assert site.resolve("/2026/02/a") == "a"
    assert site.changed_at > 0

    await put(desk, "a", title="After", aliases=["old"])
    await wait_until(lambda: site.articles["a"].title == "After", "the update is there")
    assert site.resolve("old") == "a"

    await put(desk, "a", title="After")
    await wait_until(lambda: site.resolve("old") == "old", "the alias is gone")

    await desk.delete("/v1/article", params={"site": SITE, "id": "a"})
    await wait_until(lambda: "a" not in site.articles, "the article is gone")
    assert site.aliases == {}
    assert follower[OTHER_SITE].articles == {}


async def test_a_merge_arrives_at_once_and_whole(desk: httpx.AsyncClient, follower: Catalogue):
    await put(desk, "old", aliases=["older"])
    await put(desk, "new")
    await wait_until(lambda: len(follower[SITE].articles) == 2, "both articles are there")

    await desk.post("/v1/article/merge", json={"site": SITE, "from": "old", "into": "new"})

    await wait_until(lambda: "old" not in follower[SITE].articles, "the old article is gone")
    assert {follower[SITE].resolve(alias) for alias in ("old", "older", "/2026/02/old")} == {"new"}


async def test_a_collector_learns_of_aliases_and_keeps_no_articles(
    desk: httpx.AsyncClient, collector: Catalogue
):
    await put(desk, "a", aliases=["old"])
    await wait_until(lambda: collector[SITE].resolve("old") == "a", "the alias is there")

    await put(desk, "a")
    await wait_until(lambda: collector[SITE].resolve("old") == "old", "the alias is gone")

    assert collector[SITE].articles == {}


async def test_a_bulk_arrives_whole(desk: httpx.AsyncClient, follower: Catalogue):
    items = [article(f"a{n}", aliases=[f"old{n}"]) for n in range(1_200)]

    await desk.post("/v1/articles", json=items)

    await wait_until(lambda: len(follower[SITE].articles) == 1_200, "all articles are there")
    assert len(follower[SITE].aliases) == 2_400


async def test_an_entry_that_names_no_aliases_renews_them_all(redis: Client, follower: Catalogue):
    await redis.hset(keys.alias(SITE), mapping={"x": "a", "y": "b"})
    await redis.xadd(keys.CHANGES, {"site": SITE})

    await wait_until(lambda: follower[SITE].aliases == {"x": "a", "y": "b"}, "all aliases are read")


async def test_a_follower_that_the_feed_was_trimmed_past_loads_everything(
    desk: httpx.AsyncClient, redis: Client, follower: Catalogue
):
    await put(desk, "a")
    await wait_until(lambda: "a" in follower[SITE].articles, "the first article is there")
    async with redis.pipeline(transaction=True) as pipe:
        # As if a hundred thousand changes had come and gone: what the entry said is not in the feed any more.
        pipe.hset(keys.alias(SITE), "missed", "a")
        pipe.xtrim(keys.CHANGES, maxlen=0)
        pipe.xadd(keys.CHANGES, {"site": OTHER_SITE, "aliases": ""})
        await pipe.execute()

    await wait_until(lambda: follower[SITE].resolve("missed") == "a", "everything is loaded again")


async def test_a_follower_survives_an_emptied_database(
    desk: httpx.AsyncClient, redis: Client, follower: Catalogue
):
    await put(desk, "a")
    await wait_until(lambda: "a" in follower[SITE].articles, "the article is there")

    await redis.flushall()
    await wait_until(lambda: follower[SITE].articles == {}, "the copy is empty, too")

    await put(desk, "b")
    await wait_until(lambda: set(follower[SITE].articles) == {"b"}, "and follows again")


async def test_a_follower_notices_that_the_feed_lost_its_end(
    desk: httpx.AsyncClient, redis: Client, follower: Catalogue
):
    await put(desk, "a")
    await put(desk, "b")
    await wait_until(lambda: "b" in follower[SITE].articles, "both articles are there")
    [(newest, _)] = await redis.xrevrange(keys.CHANGES, count=1)
    async with redis.pipeline(transaction=True) as pipe:
        # As after a power failure that cost the last second.
        pipe.xdel(keys.CHANGES, newest)
        pipe.delete(keys.article(SITE, "b"))
        pipe.zrem(keys.published(SITE), "b")
        await pipe.execute()

    await wait_until(lambda: set(follower[SITE].articles) == {"a"}, "what was lost is gone from the copy")


async def test_an_article_that_cannot_be_read_hides_no_other(
    desk: httpx.AsyncClient, redis: Client, follower: Catalogue
):
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.article(SITE, "broken"), mapping={"id": "broken", "tags": "[1"})
        pipe.zadd(keys.published(SITE), {"broken": 1})
        pipe.xadd(keys.CHANGES, {"site": SITE, "id": "broken"})
        await pipe.execute()

    await put(desk, "a")

    await wait_until(lambda: set(follower[SITE].articles) == {"a"}, "the good article is there")


async def test_a_late_follower_loads_what_is_there(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old"])
    catalogue = Catalogue(redis, [SITE])

    await catalogue.load()

    assert set(catalogue[SITE].articles) == {"a"}
    assert catalogue[SITE].resolve("old") == "a"
    assert catalogue[SITE].changed_at > 0


async def test_the_newest_articles_follow_a_reload(
    desk: httpx.AsyncClient, redis: Client, follower: Catalogue
):
    await put(desk, "a")
    await wait_until(lambda: [a.id for a in follower[SITE].newest()] == ["a"], "the article is the newest")

    await redis.flushall()

    await wait_until(lambda: follower[SITE].newest() == (), "no article is the newest")
