"""A view of an alias is a view of the article, however late it comes."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.desk.catalogue import put_articles
from services.desk.service import Desk
from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.partition import load_plan
from tests.desks import SITE, article, client_of, count, desk_at, mentions, use_partitions, views_of
from tests.waiting import wait_until


@pytest.fixture
async def service(redis_url: str, registry: CollectorRegistry) -> AsyncIterator[Desk]:
    async with desk_at(redis_url, registry) as service:
        await service.start()
        yield service


@pytest.fixture
async def desk(service: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service) as client:
        yield client


async def late_views(redis: Client, article_id: str, views: int, p: int = 0) -> None:
    await count(redis, article_id, views, p=p, at=time.time(), score=time.time())


async def has_views(redis: Client, article_id: str, views: int) -> bool:
    return await views_of(redis, article_id) == views


@pytest.mark.parametrize("partitions", [1, 4])
async def test_views_that_come_after_a_merge_are_the_articles(
    desk: httpx.AsyncClient, redis: Client, registry: CollectorRegistry, partitions: int
):
    await use_partitions(redis, partitions)
    await desk.put("/v1/article", json=article("new"))
    await desk.post("/v1/article/merge", json={"site": SITE, "from": "old", "into": "new"})

    for p in range(partitions):
        await late_views(redis, "old", 3, p)
    await wait_until(lambda: has_views(redis, "new", 3 * partitions), "the first late views are moved")
    await late_views(redis, "old", 2)
    await wait_until(lambda: has_views(redis, "new", 3 * partitions + 2), "the second are moved, too")

    assert await mentions(redis, "old") == []
    assert registry.get_sample_value("groundswell_views_moved_total") == 3 * partitions + 2


async def test_views_counted_before_an_alias_was_known_become_the_articles(
    desk: httpx.AsyncClient, redis: Client
):
    await use_partitions(redis, 1)
    await late_views(redis, "/2026/02/cuban-advisers", 140)
    await late_views(redis, "cms-42", 7)

    await desk.put("/v1/article", json=article("cuban-advisers", aliases=["cms-42"]))

    await wait_until(lambda: has_views(redis, "cuban-advisers", 147), "both aliases are swept")
    assert await mentions(redis, "cms-42") == []


async def test_aliases_that_another_process_wrote_are_swept(service: Desk, redis: Client):
    await use_partitions(redis, 1)
    await late_views(redis, "old", 3)
    seed = Article(**{k: v for k, v in article("new", aliases=["old"]).items() if k != "site"})

    await put_articles(redis, SITE, [seed], by="seed")

    await wait_until(lambda: has_views(redis, "new", 3), "an alias out of the feed is swept")


async def test_a_new_desk_finishes_what_another_left(redis: Client, redis_url: str):
    await use_partitions(redis, 1)
    async with desk_at(redis_url) as first, client_of(first) as client:
        await client.put("/v1/article", json=article("new", aliases=["old"]))
    await late_views(redis, "old", 3)

    async with desk_at(redis_url) as second:
        await second.start()
        await wait_until(lambda: has_views(redis, "new", 3), "all aliases are swept at the start")


async def test_an_alias_that_became_an_article_keeps_its_views(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await desk.put("/v1/article", json=article("new", aliases=["old", "other"]))
    await desk.put("/v1/article", json=article("new", aliases=["other"]))
    assert (await desk.put("/v1/article", json=article("old"))).status_code == 200

    await late_views(redis, "old", 3)
    await late_views(redis, "other", 2)
    await wait_until(lambda: has_views(redis, "new", 2), "the alias that is left is swept")

    assert await views_of(redis, "old") == 3


async def test_a_partition_added_later_is_swept_too(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await desk.put("/v1/article", json=article("new", aliases=["old"]))

    await load_plan(redis, 2, time.time())
    await late_views(redis, "old", 3, p=1)

    await wait_until(lambda: has_views(redis, "new", 3), "the second partition is swept")


async def test_a_site_that_cannot_be_swept_holds_up_no_other(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await redis.set(keys.count(0, SITE), "wrong")
    await desk.put("/v1/article", json=article("new", aliases=["old"]))
    await desk.put("/v1/article", json=article("new", site="other.example", aliases=["old"]))
    await redis.hset(keys.count(0, "other.example"), "old", 3)

    async def moved() -> bool:
        return await redis.hget(keys.count(0, "other.example"), "new") == b"3"

    await wait_until(moved, "the other site is swept")
