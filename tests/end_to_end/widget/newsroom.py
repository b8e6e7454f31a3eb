"""A query service on a port, stopped and started as a test likes, and newspapers whose lists it answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count as numbers
from urllib.parse import urlencode

import httpx
import uvicorn
from prometheus_client import CollectorRegistry

from services.query import Query, build
from shared.connection import Client
from shared.service import bind, http_server
from shared.settings import Settings
from tests import published
from tests.conftest import free_port
from tests.waiting import wait_until

PAPERS = tuple(f"paper-{n}.example" for n in range(200))


class Newsroom:
    """The service, on the same port whenever it runs."""

    def __init__(self, redis: Client, redis_url: str) -> None:
        self.redis = redis
        self.registry = CollectorRegistry()
        self._settings = Settings(site=PAPERS, redis_url=redis_url)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._unused = numbers()
        self._running: tuple[Query, uvicorn.Server, asyncio.Task[None]] | None = None

    def paper(self) -> "Paper":
        """Return a newspaper that has no articles yet."""
        return Paper(self, PAPERS[next(self._unused)])

    async def start(self) -> None:
        """Answer."""
        self.registry = CollectorRegistry()
        service = build(self._settings, self.registry)
        await service.start()
        await wait_until(lambda: published.ready(service), "the service is ready")
        assert service.app is not None
        server = http_server(service.app)
        serving = asyncio.create_task(server.serve(sockets=[bind("127.0.0.1", self._port)]))
        await wait_until(lambda: server.started, "the service listens")
        self._running = service, server, serving

    async def stop(self) -> None:
        """Answer no more: whoever calls is turned away."""
        assert self._running is not None
        service, server, serving = self._running
        self._running = None
        server.should_exit = True
        await serving
        await service.stop()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Be away for a while."""
        await self.stop()
        try:
            yield
        finally:
            if self._running is None:
                await self.start()

    def listeners(self) -> float | None:
        """Return how many listen to live lists."""
        return self.registry.get_sample_value("groundswell_live_connections")


@dataclass(frozen=True)
class Paper:
    """One newspaper: what it has printed, and what is read."""

    newsroom: Newsroom
    site: str

    @property
    def script(self) -> str:
        """The tag that its pages carry."""
        return f'<script async src="{self.newsroom.url}/widget.v1.js"></script>'

    def list(self, attributes: str = "", inside: str = "") -> str:
        """Return a list as its pages write it."""
        return f'<trending-list site="{self.site}" {attributes}>{inside}</trending-list>'

    def count(self, article: str, inside: str = "", attributes: str = "") -> str:
        """Return a count as its pages write it."""
        return f'<view-count site="{self.site}" article="{article}" {attributes}>{inside}</view-count>'

    async def print(self, *ids: str, **fields: object) -> None:
        """Put articles into the catalogue, each with the same fields."""
        articles = (published.article(one, **fields) for one in ids)
        await published.catalogue(self.newsroom.redis, *articles, site=self.site)

    async def read(self, **counts: int) -> None:
        """Set how often articles were read."""
        await self.read_each(counts)

    async def read_each(self, counts: Mapping[str, int]) -> None:
        """Set how often articles were read; their ids may be any."""
        await published.count(self.newsroom.redis, counts, site=self.site)

    async def rank(self, *ids: str, views: Mapping[str, int] | None = None, past: Sequence[str] = ()) -> None:
        """Publish a list, and return once the service answers with it."""
        known = {one: (views or {}).get(one, 100 - place) for place, one in enumerate(ids)}
        ranked = {one: (1_000.0 - place, known[one]) for place, one in enumerate(ids)}
        await published.publish(self.newsroom.redis, "trending", ranked, past=past, site=self.site)
        async with httpx.AsyncClient(base_url=self.newsroom.url, trust_env=False) as client:

            async def answered() -> bool:
                answer = await client.get("/v1/trending?" + urlencode({"site": self.site, "limit": 100}))
                data = answer.json()["data"]
                return [(one["id"], one["metrics"]["views"]) for one in data[: len(ids)]] == list(
                    known.items()
                )

            await wait_until(answered, "the list is answered")

    async def front(self, *ids: str, **fields: object) -> None:
        """Print articles and rank them in this order."""
        await self.print(*ids, **fields)
        await self.rank(*ids)
