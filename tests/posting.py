"""A browser and a server that post to a collector, and what arrives on the streams."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
BROWSER = {"user-agent": FIREFOX, "origin": f"https://{SITE}"}
KEY = {"authorization": "Bearer open-sesame"}


def settings(redis_url: str, **fields: object) -> Settings:
    """Return the settings of a collector, which spools only where it is given a data directory."""
    return Settings(
        site=(SITE,),
        redis_url=redis_url,
        batch_key="open-sesame,sha256:" + "0" * 64,
        **{"spool": "data_dir" in fields, **fields},  # type: ignore[arg-type]
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


@asynccontextmanager
async def posting(redis: Client, redis_url: str, **fields: object) -> AsyncIterator[Site]:
    """Run a collector with these settings that is ready for views."""
    registry = CollectorRegistry()
    collector = build(settings(redis_url, **fields), registry)
    await collector.start()
    try:

        async def ready() -> bool:
            return await collector.unready() == []

        await wait_until(ready, "the collector is ready")
        yield Site(redis, collector, registry)
    finally:
        await collector.stop()
