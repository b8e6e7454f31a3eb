"""A collector to post to, without a socket between."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from services.collector import Collector, build
from shared import keys
from shared.connection import Client
from shared.entry import View, decode
from shared.settings import Settings
from tests.waiting import wait_until

SITE = "news.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
BATCH_KEY = "open-sesame"


@asynccontextmanager
async def collector_at(
    redis_url: str, registry: CollectorRegistry | None = None, **site: Any
) -> AsyncIterator[Collector]:
    """A collector that takes views of one site, which sets this for itself."""
    given: dict[str, Any] = {"sites": {SITE: site}, "redis_url": redis_url, "batch_key": BATCH_KEY}
    # A test has few addresses and little time; the limits have tests of their own, and so has the spool.
    given |= {"address_limit": None, "network_limit": None, "spool": False}
    collector = build(Settings(**given), registry or CollectorRegistry())
    await collector.start()
    try:

        async def ready() -> bool:
            return await collector.unready() == []

        await wait_until(ready, "the collector is ready")
        yield collector
    finally:
        await collector.stop()


def client_of(collector: Collector) -> httpx.AsyncClient:
    """Return a reader's browser."""
    transport = httpx.ASGITransport(collector.app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(
        transport=transport, base_url="http://collector", headers={"user-agent": FIREFOX}
    )


async def post(
    collector: Collector, view: Mapping[str, object], *, peer: str = "203.0.113.9", **headers: str
) -> str:
    """Post a view and return its outcome; httpx would take most of the time of ten thousand of them."""
    told: dict[bytes, bytes] = {}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": json.dumps({"site": SITE, **view}).encode()}

    async def send(message: Mapping[str, Any]) -> None:
        told.update(message.get("headers", ()))

    given = {"content-type": "text/plain", "user-agent": FIREFOX, "origin": f"https://{SITE}"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/views",
        "query_string": b"",
        "client": (peer, 1),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in {**given, **headers}.items()
        ],
    }
    assert collector.app is not None
    await collector.app(scope, receive, send)
    return told[b"x-groundswell-outcome"].decode()


async def on_the_stream(redis: Client, partition: int = 0) -> list[View]:
    """Return the views that wait for the counter."""
    return [view for _, fields in await redis.xrange(keys.views(partition)) for view in decode(fields).views]
