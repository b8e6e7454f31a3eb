"""Batches of views from servers, over HTTP on a real server."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.collector import build
from shared import keys
from shared.connection import Client
from shared.entry import decode
from shared.settings import Settings
from tests.posting import KEY, SITE, Site, posting


@pytest.fixture
async def site(redis: Client, redis_url: str) -> AsyncIterator[Site]:
    async with posting(redis, redis_url) as running:
        yield running


async def test_a_body_of_a_hundred_thousand_depths_is_refused(site: Site):
    answer = await site.batch(b"[" * 100_000 + b"]" * 100_000)

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("bad-json")


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
    assert [(e["index"], e["reason"], e["field"]) for e in told["errors"]] == [
        (10, "bad-article-id", "article"),
        (500, "bad-time", "occurred_at"),
        (1002, "unknown-site", "site"),
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


@pytest.mark.parametrize("partitions", [1, 4])
async def test_views_spread_over_the_partitions_by_visitor(redis: Client, redis_url: str, partitions: int):
    items = [{"site": SITE, "article": "/viral", "visitor": str(n)} for n in range(400)]

    async with posting(redis, redis_url, partitions=partitions) as site:
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
