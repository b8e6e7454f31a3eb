"""A stage to break things on: a Redis of its own, and the services as processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from services.cli import single
from shared.settings import Settings
from tests.chaos.service import Run, Service
from tests.conftest import free_port
from tests.entries import SITE
from tests.own_redis import OwnRedis
from tests.waiting import wait_until

BATCH_KEY = "open-sesame"
PARTITIONS = 2
ALL = ("collector", "counter", "ranker", "query")
_PUBLIC = ("collector", "query")


class Stage:
    """The services of one fault, and where to reach them."""

    def __init__(
        self, directory: Path, redis: OwnRedis, redis_url: str | None, settings: dict[str, Any]
    ) -> None:
        self.directory = directory
        self.redis = redis
        self.ports = {name: free_port() for name in _PUBLIC}
        self.management = {name: free_port() for name in ALL}
        self._settings: dict[str, Any] = {
            "site": (SITE,),
            "redis_url": redis_url or redis.url,
            "partitions": PARTITIONS,
            "batch_key": BATCH_KEY,
            "reclaim_after": 0.5,
            "data_dir": directory / "data",
            **settings,
        }
        self.services: dict[str, Service] = {}
        self.http = httpx.AsyncClient(timeout=10, trust_env=False)

    @property
    def collector(self) -> str:
        """The address views are posted to."""
        return f"http://127.0.0.1:{self.ports['collector']}"

    async def start(self, *names: str, run: Run = single.run) -> None:
        """Start services, and return when they are ready."""
        for name in names:
            settings = self.settings(port=self.ports.get(name, 0), management_port=self.management[name])
            self.services[name] = Service(name, settings, self.directory / f"{name}.log", run)
            self.services[name].start()
        await asyncio.gather(*(self.ready(name) for name in names))

    def another(self, name: str, run: Run) -> Service:
        """Start one more of a service, with a management port that nobody needs."""
        log = self.directory / f"{name}-{run.__name__}.log"
        self.services[log.stem] = Service(name, self.settings(management_port=0), log, run)
        self.services[log.stem].start()
        return self.services[log.stem]

    def settings(self, **more: Any) -> Settings:
        """Return the settings of a service."""
        return Settings(**{**self._settings, **more})

    async def ready(self, name: str) -> None:
        """Return when a service says that it can do its work."""

        async def answers() -> bool:
            try:
                return (await self.http.get(self._managed(name, "readyz"))).status_code == 200
            except httpx.HTTPError:
                return False

        await wait_until(answers, f"{name} is ready", 60)

    async def kill(self, name: str, *, wait: bool = True) -> None:
        """Kill a service and start it again; return when it is ready, unless that is not to be waited for."""
        service = self.services[name]
        await asyncio.to_thread(service.kill)
        service.start()
        if wait:
            await self.ready(name)

    async def restart(self, name: str) -> tuple[int | None, float]:
        """End a service and start it again; return its exit status and the seconds it took to end."""
        service = self.services[name]
        ended = await asyncio.to_thread(service.end)
        service.start()
        await self.ready(name)
        return ended

    async def metric(self, name: str, line: str) -> float:
        """Return a number of a service's metrics, by the beginning of its line; 0 without one."""
        text = (await self.http.get(self._managed(name, "metrics"))).text
        found = [float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.startswith(line)]
        return found[0] if found else 0.0

    async def stop(self) -> None:
        """Kill what still runs."""
        await self.http.aclose()
        for service in self.services.values():
            if service.runs:
                await asyncio.to_thread(service.kill)

    def _managed(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.management[name]}/{path}"


@asynccontextmanager
async def stage(
    directory: Path,
    *names: str,
    redis: OwnRedis | None = None,
    redis_url: str | None = None,
    run: Run = single.run,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Start a Redis, unless one is given, and the services named; end both at the end.

    `redis_url` is where the services find Redis when that is not its own address.
    """
    server = redis or OwnRedis(directory / "redis")
    found = Stage(directory, server, redis_url, settings)
    try:
        if redis is None:
            await server.start()
        await found.start(*names, run=run)
        yield found
    finally:
        await found.stop()
        await server.stop()
