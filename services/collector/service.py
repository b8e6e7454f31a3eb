"""The collector as a process runs it: its clients, its routes, what it waits for."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services.collector.admission import DropReason
from services.collector.arrivals import Arrivals
from services.collector.backlog import Backlog
from services.collector.group_commit import GroupCommit
from services.collector.metered import Meter
from services.collector.salts import Salts
from services.collector.spool.spooling import Spooling
from services.collector.views import Endpoints
from shared.address import spans
from shared.catalogue import Catalogue
from shared.connection import UNAVAILABLE, connect
from shared.http import NOSNIFF, ASGIApp, Header, Receive, Request, Response, Routes, Scope, Send
from shared.metrics import CollectorMetrics
from shared.partition import load_plan
from shared.problem import Problem
from shared.reachable import why_not
from shared.released import Released
from shared.repeat import until_it_can
from shared.request_id import named_by
from shared.script import Script
from shared.settings import Settings
from shared.tasks import end

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

DEADLINE = 0.8
"""Seconds whatever works in the background waits for Redis; requests have shorter ones of their own."""

_PLAN_REFRESH = 30.0

BEACON = "/beacon.v1.js"

_PUBLIC: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-groundswell-outcome, x-groundswell-reason, x-request-id"),
    NOSNIFF,
)
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, traceparent, tracestate"),
    (b"access-control-max-age", b"86400"),
)


class Collector:
    """A request becomes admitted views on a stream."""

    def __init__(
        self, settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None
    ) -> None:
        self._settings = settings
        self._redis = connect(settings.redis, deadline=DEADLINE, name="collector")
        if tracing is not None:
            self._redis = tracing.redis(self._redis)
        self._catalogue = Catalogue(self._redis, settings.sites, with_articles=False)
        metrics = CollectorMetrics(
            registry, drop_reasons=[reason.value for reason in DropReason], sites=settings.sites
        )
        self._meter = Meter(metrics)
        self._refused = metrics.refused
        self._backlog = Backlog(
            self._redis,
            metrics,
            max_entries=settings.backlog_max_entries,
            max_age=settings.backlog_max_age,
        )
        self._spool = Spooling(settings, self._redis, registry, held_back=self._backlog.full, tracing=tracing)
        self._group = GroupCommit(
            self._spool.streams,
            self._spool.spool,
            metrics,
            settings.flush_interval_ms / 1000,
            circuits=self._spool.circuits,
            held_back=self._backlog.full,
            tracing=tracing,
        )
        self._arrivals = Arrivals(self._redis, settings.sites, metrics)
        self._salts = Salts(self._redis)
        self._endpoints = Endpoints(
            settings, metrics, self._catalogue, self._salts, self._group, arrivals=self._arrivals
        )
        beacon = Script.read(Path(__file__).parent / "scripts" / BEACON.removeprefix("/"))
        self._released = Released(self._redis, [beacon])
        self._tasks: list[asyncio.Task[None]] = []
        self.app: ASGIApp | None = self._routes()
        if tracing is not None:
            self.app = tracing.requests(self.app, PATHS)

    async def start(self) -> None:
        """Begin to follow the aliases and the plan; views are taken once both are known."""
        self._tasks = [
            asyncio.create_task(self._learn()),
            asyncio.create_task(self._released.publish()),
            asyncio.create_task(self._arrivals.keep_writing(), name="arrivals"),
            asyncio.create_task(self._backlog.keep_looking(), name="backlog"),
            *self._spool.begin(),
        ]

    async def stop(self) -> None:
        """Write what is still gathered, then let go of Redis."""
        await end(self._tasks)
        await self._group.drain()
        await self._spool.close()
        await self._arrivals.write()
        await self._redis.aclose()

    async def unready(self) -> list[str]:
        """Return why views are not taken now."""
        if self._endpoints.plan is None:
            return [await why_not(self._redis) or "Redis has not told the aliases and partitions yet"]
        if self._spool.takes:
            return []
        reason = await why_not(self._redis)
        return [] if reason is None else [reason]

    def notes(self) -> list[str]:
        """Return what is not as usual, though views are taken."""
        held = [f"partition {p} takes no views: too much waits to be counted" for p in self._backlog.full]
        return [*self._spool.notes(), *held]

    async def _learn(self) -> None:
        """Learn the aliases and the salts, then the plan; then views are taken. Keep up with all of them."""
        await until_it_can("the collector waits for Redis", self._catalogue.load, pause=0.5)
        await until_it_can("the collector waits for Redis", self._salts.learn, pause=0.5)
        self._tasks += [
            asyncio.create_task(self._catalogue.follow()),
            asyncio.create_task(self._salts.keep_ahead(), name="salts"),
        ]
        while True:
            with contextlib.suppress(*UNAVAILABLE):
                now = time.time()
                plan = await load_plan(self._redis, self._settings.partitions, now)
                await self._endpoints.heartbeats.learn(self._redis)
                self._endpoints.plan, self._backlog.partitions = plan, plan.ever
            await asyncio.sleep(_PLAN_REFRESH if self._endpoints.plan else 0.5)

    def _routes(self) -> ASGIApp:
        async def preflight(request: Request) -> Response:
            return Response(204, b"", _PREFLIGHT)

        endpoints, around = self._endpoints, self._meter.around
        name_of = named_by(spans(self._settings.trusted_proxies))
        public = Routes(
            {
                "/v1/views": {"POST": around("view", endpoints.view), "OPTIONS": preflight},
                "/v1/view.gif": {"GET": around("pixel", endpoints.pixel)},
                BEACON: {"GET": self._released.stable},
            },
            _PUBLIC,
            self._count_refusal,
            self._released.beyond,
            name_of,
        )
        batch = Routes(
            {"/v1/views/batch": {"POST": around("batch", endpoints.batch)}},
            (NOSNIFF,),
            self._count_refusal,
            name_of=name_of,
        )

        def app(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            return (batch if scope["path"] in batch.handlers else public)(scope, receive, send)

        return app

    def _count_refusal(self, request: Request, problem: Problem) -> None:
        self._refused.labels(problem.kind.slug).inc()


PATHS = frozenset({"/v1/views", "/v1/views/batch", "/v1/view.gif", BEACON})
_HASHED = BEACON.removesuffix("js")


def owns(path: str) -> bool:
    """Return whether a path is the collector's where one origin has collector and query behind it."""
    return path in PATHS or path.startswith(_HASHED)


def build(settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None) -> Collector:
    """Return a collector that connects when it is started."""
    return Collector(settings, registry, tracing)
