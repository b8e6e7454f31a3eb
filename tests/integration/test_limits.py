"""What a collector and a query service let in of one address and one network."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.collector import Collector, build
from shared import keys
from shared.arrivals import read_arrivals
from shared.connection import Client
from shared.setting_types import Rate
from shared.settings import Settings
from tests.collectors import FIREFOX, SITE
from tests.published import query
from tests.waiting import wait_until

READER = "203.0.113.9"
NEVER_AGAIN = 1_000_000

Collecting = Callable[..., AbstractAsyncContextManager[Collector]]


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def collecting(redis_url: str, registry: CollectorRegistry) -> Collecting:
    @asynccontextmanager
    async def begin(**given: object) -> AsyncIterator[Collector]:
        settings = Settings(redis_url=redis_url, site=(SITE,), batch_key="key", **given)  # type: ignore[arg-type]
        collector = build(settings, registry)
        await collector.start()
        try:

            async def ready() -> bool:
                return not await collector.unready()

            await wait_until(ready, "the collector is ready")
            yield collector
        finally:
            await collector.stop()

    return begin


def few(quota: int) -> Rate:
    return Rate(quota, NEVER_AGAIN)


async def post(
    collector: Collector, peer: str = READER, forwarded: str | None = None, agent: str = FIREFOX
) -> httpx.Response:
    transport = httpx.ASGITransport(collector.app, client=(peer, 1))  # type: ignore[arg-type]
    headers = {"content-type": "text/plain", "user-agent": agent, "origin": f"https://{SITE}"}
    if forwarded is not None:
        headers["x-forwarded-for"] = forwarded
    async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=headers) as http:
        return await http.post("/v1/views", content=json.dumps({"site": SITE, "article": "/a"}))


async def pixel(collector: Collector, peer: str = READER) -> httpx.Response:
    transport = httpx.ASGITransport(collector.app, client=(peer, 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://collector") as http:
        return await http.get(f"/v1/view.gif?site={SITE}&article=/a", headers={"user-agent": FIREFOX})


async def test_an_address_that_sends_too_much_is_refused_told_to_wait_and_counted(
    collecting: Collecting, registry: CollectorRegistry, redis: Client
):
    async with collecting(address_limit=few(3), network_limit=None) as collector:
        taken = [(await post(collector)).status_code for _ in range(3)]
        refused = await post(collector)
        other = await post(collector, "203.0.113.10")

    assert (taken, other.status_code) == ([202] * 3, 202)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:groundswell:problem:too-many-requests"
    assert refused.headers["x-groundswell-reason"] == "too-many-requests"
    assert int(refused.headers["retry-after"]) > 1
    assert refused.headers["ratelimit-policy"] == f'"address";q=3;w={NEVER_AGAIN}'
    assert refused.headers["ratelimit"] == f'"address";r=0;t={refused.headers["retry-after"]}'
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "retry-after" in ", ".join(refused.headers.get_list("access-control-expose-headers"))
    reason = {"reason": "too-many-requests"}
    assert registry.get_sample_value("groundswell_views_refused_total", reason) == 1
    assert await redis.hgetall(keys.total(0)) == {b"accepted": b"4"}
    found = await read_arrivals(redis, SITE, time.time())
    assert (found.accepted, found.refused) == (4, {"too-many-requests": 1})


async def test_views_and_pixels_of_a_network_share_what_it_is_let_in_with(collecting: Collecting):
    async with collecting(address_limit=None, network_limit=few(4)) as collector:
        answers = [
            (await post(collector, "203.0.113.1")).status_code,
            (await pixel(collector, "203.0.113.2")).status_code,
            (await post(collector, "203.0.113.3", agent="curl/8")).status_code,
            (await pixel(collector, "203.0.113.250")).status_code,
            (await post(collector, "203.0.113.4")).status_code,
            (await pixel(collector, "203.0.113.5")).status_code,
            (await post(collector, "198.51.100.1")).status_code,
        ]

    assert answers == [202, 200, 202, 200, 429, 429, 202]


async def test_readers_behind_a_trusted_proxy_are_told_apart_and_the_proxy_itself_is_never_refused(
    collecting: Collecting,
):
    async with collecting(address_limit=few(1), network_limit=None) as collector:
        through = [
            (await post(collector, "127.0.0.1", forwarded)).status_code
            for forwarded in ("198.51.100.1", "192.0.2.7, 198.51.100.1", "198.51.100.2")
        ]
        beside = [(await post(collector, "127.0.0.1")).status_code for _ in range(5)]

    assert through == [202, 429, 202], "what stands left of the reader's own address may be invented"
    assert beside == [202] * 5


async def test_a_batch_with_a_key_is_not_limited(collecting: Collecting):
    async with collecting(address_limit=few(1), network_limit=few(1)) as collector:
        transport = httpx.ASGITransport(collector.app, client=(READER, 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://collector") as http:
            answers = [
                await http.post(
                    "/v1/views/batch",
                    json=[{"site": SITE, "article": "/a"}] * 50,
                    headers={"authorization": "Bearer key"},
                )
                for _ in range(3)
            ]

    assert [answer.json()["accepted"] for answer in answers] == [50] * 3


@pytest.mark.parametrize("path", [f"/v1/counts?site={SITE}&ids=/a", f"/v1/trending?site={SITE}"])
async def test_an_address_asks_what_is_public_so_often_and_no_oftener(
    redis_url: str, registry: CollectorRegistry, path: str
):
    async with query(redis_url, registry, read_limit=few(5), board="public") as (service, _):

        async def ask(where: str, peer: str = READER) -> httpx.Response:
            transport = httpx.ASGITransport(service.app, client=(peer, 1))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://query") as http:
                return await http.get(where)

        asked = [(await ask(path)).status_code for _ in range(5)]
        refused = await ask(path)
        others = [await ask(path, "203.0.113.10"), await ask(f"/v1/board?site={SITE}"), await ask("/docs")]

    assert asked == [200] * 5
    assert (refused.status_code, refused.json()["limit"]) == (429, "address")
    assert [answer.status_code for answer in others] == [200] * 3
    reason = {"reason": "too-many-requests"}
    assert registry.get_sample_value("groundswell_query_refused_total", reason) == 1
