"""The services that a stranger meets, all in this process, with a real server behind them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest

from services import counter, desk, ranker
from services.cli import logs, web
from shared import ledger
from shared.connection import Client
from shared.http import ASGIApp
from shared.ledger import Ledger
from shared.service import Service, management
from shared.settings import Settings, SiteSettings
from tests.fuzz.asking import NEWSROOM_KEY
from tests.fuzz.shapes import SITES
from tests.waiting import wait_until


@dataclass
class Stage:
    """The applications by name, and the books that they keep."""

    apps: dict[str, ASGIApp]
    redis: Client
    registries: Mapping[str, CollectorRegistry]

    def series(self) -> list[bytes]:
        """Return the names of all series of the metrics."""
        lines = [line for one in self.registries.values() for line in generate_latest(one).splitlines()]
        return [line.rpartition(b" ")[0] for line in lines if not line.startswith(b"#")]

    async def at_rest(self) -> Ledger:
        """Return the books once nothing waits any more."""
        books = await ledger.read(self.redis, 0)

        async def rests() -> bool:
            nonlocal books
            books = await ledger.read(self.redis, 0)
            return books.steady and not books.pending_views and not books.undelivered_views

        await wait_until(rests, "everything is counted", 60)
        return books


@asynccontextmanager
async def stage(redis: Client, redis_url: str) -> AsyncIterator[Stage]:
    """Run everything that `groundswell serve` runs; nobody is sent away for asking too often."""
    settings = Settings(
        sites={
            SITES[0]: SiteSettings(),
            SITES[-1]: SiteSettings(
                query_keys=("p", "utm_source"),
                token_secret=("a-secret-of-tokens",),
                honour_privacy_signals=True,
                visitor="off",
            ),
        },
        redis_url=redis_url,
        batch_key="batch-key",
        desk_key="desk-key",
        newsroom_key=NEWSROOM_KEY,
        address_limit=None,
        network_limit=None,
        read_limit=None,
        spool=False,
    )
    registries = {name: CollectorRegistry() for name in ("web", "desk", "counter", "ranker")}
    services: dict[str, Service] = {
        name: room.build(settings, registries[name])
        for name, room in (("web", web), ("desk", desk), ("counter", counter), ("ranker", ranker))
    }
    logs.adopt()
    async with AsyncExitStack() as stack:
        for service in services.values():
            stack.push_async_callback(service.stop)
            await service.start()

        async def ready() -> bool:
            return not any([await service.unready() for service in services.values()])

        await wait_until(ready, "every service is ready", 60)
        web_app, desk_app = services["web"].app, services["desk"].app
        assert web_app is not None
        assert desk_app is not None
        looked_after = management(services["web"], registries["web"])
        yield Stage({"web": web_app, "desk": desk_app, "management": looked_after}, redis, registries)
