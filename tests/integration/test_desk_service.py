"""What the desk says of itself: whether it is ready, and what it did."""

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.desk import build
from shared import keys
from shared.connection import Client
from tests.desks import SITE, article, client_of, desk_at, put, settings


async def test_what_is_done_is_counted(desk: httpx.AsyncClient, registry: CollectorRegistry):
    await put(desk, "a")
    await put(desk, "a")
    await put(desk, "b", aliases=["a"])
    await desk.post("/v1/articles", json=[article("c"), {"site": SITE}])
    await desk.delete("/v1/article", params={"site": SITE, "id": "a"})

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert value("groundswell_desk_changes_total", action="put") == 2
    assert value("groundswell_desk_changes_total", action="delete") == 1
    assert value("groundswell_desk_refused_total", reason="alias-taken") == 1
    assert value("groundswell_desk_refused_total", reason="bad-shape") == 1


async def test_a_desk_is_ready_once_it_sweeps_and_redis_takes_writes(redis_url: str, redis: Client):
    async with desk_at(redis_url) as desk:
        assert await desk.unready() == ["The desk has not started."]

        await desk.start()

        assert await desk.unready() == []
        assert await redis.keys("*") == []


async def test_a_desk_is_not_ready_while_redis_refuses_writes(redis_url: str, redis: Client):
    async with desk_at(redis_url) as desk, client_of(desk) as client:
        await desk.start()
        await redis.config_set("maxmemory", 1)
        try:
            reasons = await desk.unready()
            answer = await put(client, "a")
        finally:
            await redis.config_set("maxmemory", 0)

        assert ["takes no change" in reason for reason in reasons] == [True]
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert await redis.exists(keys.published(SITE), keys.alias(SITE), keys.CHANGES) == 0


async def test_a_desk_without_redis_answers_503_and_says_so(unused_tcp_port: int):
    async with desk_at(f"redis://127.0.0.1:{unused_tcp_port}") as desk, client_of(desk) as client:
        await desk.start()

        answer = await put(client, "a")

        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:groundswell:problem:unavailable"
        assert len(await desk.unready()) == 1


async def test_a_desk_needs_an_address_of_redis():
    unaddressed = settings(None)

    with pytest.raises(ValueError, match="redis_url"):
        build(unaddressed, CollectorRegistry())
