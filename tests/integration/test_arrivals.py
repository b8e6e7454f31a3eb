"""What arrives at the collector, as it stands in Redis for the board."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.collector import Collector, build
from services.collector.admission import DropReason
from services.collector.arrivals import Arrivals
from shared import keys
from shared.arrivals import read_arrivals
from shared.connection import Client
from shared.hours import HOUR, hour_stamp
from shared.metrics import CollectorMetrics
from shared.problem import Kind
from shared.settings import Settings
from tests.waiting import wait_until

SITE = "news.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
BROWSER = {"user-agent": FIREFOX, "origin": f"https://{SITE}"}
VIEW = {"site": SITE, "article": "/a"}


@asynccontextmanager
async def collecting(redis_url: str) -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    """A collector that is ready, and a client of it; what is still in its memory is written at the end."""
    settings = Settings(site=(SITE,), redis_url=redis_url, batch_key="key")  # type: ignore[arg-type]
    collector = build(settings, CollectorRegistry())
    await collector.start()
    try:

        async def ready() -> bool:
            return await collector.unready() == []

        await wait_until(ready, "the collector is ready")
        transport = httpx.ASGITransport(collector.app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://collector") as http:
            yield collector, http
    finally:
        await collector.stop()


async def post(http: httpx.AsyncClient, body: object, headers: dict[str, str] | None = None) -> str:
    """Post a reading, and return what became of it."""
    answer = await http.post(
        "/v1/views",
        content=body if isinstance(body, bytes) else json.dumps(body).encode(),
        headers={"content-type": "text/plain", **(headers or BROWSER)},
    )
    return answer.headers.get("x-groundswell-reason", "accepted")


async def hour(redis: Client, site: str = SITE) -> dict[str, int | str]:
    """Return what stands for the last two hours, without the moment of the last view."""
    found = await read_arrivals(redis, site, time.time())
    return {
        "accepted": found.accepted,
        **{f"dropped:{reason}": n for reason, n in found.dropped.items()},
        **{f"refused:{kind}": n for kind, n in found.refused.items()},
        **{f"origin:{origin}": n for origin, n in found.origins.items()},
    }


def accumulator(redis: Client, registry: CollectorRegistry | None = None) -> Arrivals:
    """The sums of a collector of their own."""
    return Arrivals(redis, {SITE}, CollectorMetrics(registry or CollectorRegistry(), drop_reasons=()))


async def test_views_of_pages_pixels_and_batches_are_told_about_a_second_later(
    redis: Client, redis_url: str
) -> None:
    before = time.time_ns() // 1_000_000
    async with collecting(redis_url) as (_, http):
        await post(http, VIEW)
        await http.get("/v1/view.gif", params=VIEW, headers=BROWSER)
        batch = [*[VIEW] * 7, {**VIEW, "occurred_at": "2015-05-17T10:00:00Z"}]
        await http.post(
            "/v1/views/batch",
            json=batch,
            headers={"authorization": "Bearer key"},
        )

        async def told() -> bool:
            return await hour(redis) == {"accepted": 9, "refused:bad-time": 1}

        await wait_until(told, "what arrived is told while the collector runs")

    found = await read_arrivals(redis, SITE, time.time())
    assert found.last_ms is not None
    assert before <= found.last_ms <= time.time_ns() // 1_000_000
    for key in await redis.keys("gs:arrivals:*"):
        assert 47 * HOUR < await redis.ttl(key) <= 48 * HOUR


async def test_what_is_dropped_is_told_with_its_reason_and_the_foreign_origin(
    redis: Client, redis_url: str
) -> None:
    async with collecting(redis_url) as (_, http):
        for _ in range(2):
            await post(http, VIEW, {"user-agent": FIREFOX, "origin": "https://Other.example"})
        await post(http, VIEW, {"user-agent": FIREFOX, "referer": "http://localhost:3000/a?b=c"})
        await post(http, VIEW, {"user-agent": FIREFOX, "origin": "null"})
        await post(http, VIEW, {"user-agent": "curl/8.0", "origin": f"https://{SITE}"})
        await http.get("/v1/view.gif", params=VIEW, headers={**BROWSER, "origin": "https://other.example"})

    assert await hour(redis) == {
        "accepted": 0,
        "dropped:foreign-origin": 5,
        "dropped:bot": 1,
        "origin:https://other.example": 3,
        "origin:http://localhost:3000": 1,
    }
    assert (await read_arrivals(redis, SITE, time.time())).last_ms is None


async def test_a_refusal_is_told_if_it_names_a_site_that_is_known(redis: Client, redis_url: str) -> None:
    async with collecting(redis_url) as (_, http):
        assert await post(http, {"site": SITE}) == "bad-shape"
        assert await post(http, {**VIEW, "more": 1}) == "unknown-field"
        assert await post(http, {"site": SITE, "article": "a\x00b"}) == "bad-article-id"
        await http.get("/v1/view.gif", params={"site": SITE}, headers=BROWSER)
        for nameless in (b"no json", b"[1]", b'{"site": ["news.example"]}', b'{"site": "x.example"}', b""):
            await post(http, nameless)
        assert await post(http, {"site": "other.example", "article": "/a"}) == "unknown-site"
        await http.get("/v1/view.gif", params={"site": "other.example"}, headers=BROWSER)

    assert await hour(redis) == {
        "accepted": 0,
        "refused:bad-shape": 2,
        "refused:unknown-field": 1,
        "refused:bad-article-id": 1,
    }
    assert {key.decode().split(":")[2] for key in await redis.keys("gs:arrivals:*")} == {SITE}


async def test_nothing_is_lost_when_a_collector_stops(redis: Client, redis_url: str) -> None:
    async with collecting(redis_url) as (collector, http):
        posting = [asyncio.create_task(post(http, VIEW)) for _ in range(300)]
        await wait_until(lambda: any(one.done() for one in posting), "some views are accepted")
        await asyncio.gather(*posting)
        await collector.stop()

    assert await hour(redis) == {"accepted": 300}
    assert await redis.hgetall(keys.total(0)) == {b"accepted": b"300"}


async def test_what_redis_does_not_take_is_kept_for_the_next_time(redis: Client) -> None:
    registry = CollectorRegistry()
    sums = accumulator(redis, registry)
    now_ms = time.time_ns() // 1_000_000
    sums.accepted(SITE, now_ms)
    sums.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://other.example")
    await redis.config_set("maxmemory", "1")
    await redis.config_set("maxmemory-policy", "noeviction")
    try:
        await sums.write()
    finally:
        await redis.config_set("maxmemory", "0")
    assert await redis.keys("*") == []

    sums.accepted(SITE, now_ms - 1)
    sums.refused(SITE, Kind.UNAVAILABLE)
    sums.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://other.example")
    await sums.write()
    await sums.write()

    assert await hour(redis) == {
        "accepted": 2,
        "dropped:foreign-origin": 2,
        "refused:unavailable": 1,
        "origin:https://other.example": 2,
    }
    assert (await read_arrivals(redis, SITE, time.time())).last_ms == now_ms
    assert registry.get_sample_value("groundswell_arrivals_write_failures_total") == 1


async def test_one_hour_that_redis_does_not_take_holds_up_no_other(redis: Client) -> None:
    sums = accumulator(redis)
    now = time.time()
    broken = keys.arrivals(SITE, hour_stamp(now - HOUR))
    await redis.set(broken, "no hash")
    sums.accepted(SITE, round((now - HOUR) * 1000))
    sums.accepted(SITE, round(now * 1000))
    await sums.write()
    assert await redis.hget(keys.arrivals(SITE, hour_stamp(now)), "accepted") == b"1"

    await redis.delete(broken)
    await sums.write()

    assert await redis.hget(broken, "accepted") == b"1"
    assert await redis.hget(keys.arrivals(SITE, hour_stamp(now)), "accepted") == b"1"


async def test_strangers_fill_an_hour_with_twenty_origins_and_no_more(redis: Client) -> None:
    one, other = accumulator(redis), accumulator(redis)
    for n in range(1_000):
        one.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://evil-%d.example" % n)
    for n in range(990, 1_010):
        other.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://evil-%d.example" % n)
    other.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://evil-0.example")
    await one.write()
    await other.write()
    one.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://evil-0.example")
    await one.write()

    found = await read_arrivals(redis, SITE, time.time())

    assert found.dropped == {"foreign-origin": 1_022}
    assert len(found.origins) == 20
    assert found.origins["https://evil-0.example"] == 2


async def test_the_last_view_is_the_latest_of_all_collectors(redis: Client) -> None:
    one, other = accumulator(redis), accumulator(redis)
    now_ms = time.time_ns() // 1_000_000
    one.accepted(SITE, now_ms)
    other.accepted(SITE, now_ms - 5)
    await one.write()
    await other.write()

    found = await read_arrivals(redis, SITE, now_ms / 1000)

    assert (found.accepted, found.last_ms) == (2, now_ms)


async def test_an_hour_begins_anew_and_the_one_before_is_told_with_it(redis: Client) -> None:
    sums = accumulator(redis)
    now = time.time()
    for hours_ago, views in enumerate((1, 10, 100)):
        for _ in range(views):
            sums.accepted(SITE, round((now - hours_ago * HOUR) * 1000))
    await sums.write()

    assert (await read_arrivals(redis, SITE, now)).accepted == 11


@pytest.mark.parametrize("hours_ago", [5, 47])
async def test_the_last_view_is_known_for_two_days(redis: Client, hours_ago: int) -> None:
    sums = accumulator(redis)
    now = time.time()
    moment_ms = round((now - hours_ago * HOUR) * 1000)
    sums.accepted(SITE, moment_ms)
    await sums.write()

    found = await read_arrivals(redis, SITE, now)

    assert (found.accepted, found.last_ms) == (0, moment_ms)


async def test_a_long_outage_fills_no_memory(redis: Client) -> None:
    sums = accumulator(redis)
    for hours_ago in range(49, 1_000):
        sums.accepted(SITE, round((time.time() - hours_ago * HOUR) * 1000))

    await sums.write()
    await sums.write()

    assert await redis.keys("*") == []
    assert not sums._sums
