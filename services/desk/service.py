"""The desk as a process runs it: its endpoints behind the desk's key, and the sweep beside them."""

import asyncio
import json
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services.desk import openapi as articles_openapi
from services.desk.backup_watch import BackupWatch
from services.desk.correction.endpoint import Corrections
from services.desk.endpoints import Articles
from services.desk.follow.following import Following
from services.desk.overrides import openapi as override_openapi
from services.desk.overrides.endpoints import Overrides
from services.desk.overrides.sweep import OverrideSweep
from services.desk.page import openapi as page_openapi
from services.desk.page.page import DeskPage
from services.desk.sweep import Sweep
from shared import keys, openapi
from shared.address import spans
from shared.bearer import Keys
from shared.catalogue import Catalogue
from shared.connection import UNAVAILABLE, connect
from shared.http import JSON, NO_STORE, NOSNIFF, ASGIApp, Handler, Reply, Request, Response, Routes
from shared.metrics import DeskMetrics, FollowMetrics
from shared.outage import Outage
from shared.problem import Kind, Problem
from shared.reachable import why
from shared.request_id import named_by
from shared.settings import Settings
from shared.tasks import end

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

_DEADLINE = 0.9
"""Seconds a request waits for a reply of Redis."""

_PATIENCE = 5.0
"""Seconds what is done in the background waits."""

_DESCRIPTION = (b"link", b'</openapi.json>; rel="service-desc"')


class Desk:
    """One desk process."""

    def __init__(
        self,
        settings: Settings,
        url: str,
        registry: CollectorRegistry,
        tracing: "Tracing | None" = None,
    ) -> None:
        metrics = DeskMetrics(registry)
        self._redis = connect(url, deadline=_PATIENCE, name="desk")
        self._answering = connect(url, deadline=_DEADLINE, name="desk-answers", rest=0.2)
        if tracing is not None:
            self._answering = tracing.redis(self._answering)
        self._keys = Keys.parse(settings.desk_key)
        self._catalogue = Catalogue(self._redis, settings.sites, with_articles=False)
        self._sweep = Sweep(self._redis, self._catalogue, settings.sites, metrics)
        self._override_sweep = OverrideSweep(self._redis, settings.sites, metrics)
        self._backups = BackupWatch(self._redis, metrics)
        self._following = Following(self._redis, settings, FollowMetrics(registry))
        self._outage = Outage("Redis takes no change", "it is answered with 503")
        self._tasks: list[asyncio.Task[None]] = []
        articles = Articles(self._answering, settings, metrics)
        overrides = Overrides(self._answering, settings, metrics)
        corrections = Corrections(self._answering, settings, metrics)
        table: dict[str, dict[str, Handler]] = {
            "/v1/article": {"GET": articles.get, "PUT": articles.put, "DELETE": articles.delete},
            "/v1/articles": {"POST": articles.put_many},
            "/v1/article/merge": {"POST": articles.merge},
            "/v1/article/correct": {"POST": corrections.post},
            "/v1/override": {"PUT": overrides.put, "DELETE": overrides.delete},
            "/v1/overrides": {"GET": overrides.get},
            "/openapi.json": {"GET": _openapi},
        }
        guarded = {path: {m: self._guarded(one) for m, one in row.items()} for path, row in table.items()}
        routes = Routes(
            # The page shows nothing by itself: its script asks for everything with the key.
            {**guarded, **DeskPage(settings).routes()},
            headers=(NOSNIFF, _DESCRIPTION),
            on_problem=lambda _, problem: metrics.refused.labels(problem.kind.slug).inc(),
            name_of=named_by(spans(settings.trusted_proxies)),
        )
        self.app: ASGIApp = routes if tracing is None else tracing.requests(routes, routes.handlers)

    async def start(self) -> None:
        """Begin to sweep; a Redis that is away is waited for."""
        self._tasks = [
            asyncio.create_task(self._catalogue.follow(), name="following the aliases"),
            asyncio.create_task(self._sweep.run(), name="the sweep"),
            asyncio.create_task(self._override_sweep.run(), name="the sweep of overrides"),
            asyncio.create_task(self._backups.run(), name="the watch over the backups"),
            *self._following.start(),
        ]

    async def stop(self) -> None:
        """End the sweep where it stands and hang up; the next desk sweeps everything at its start."""
        await end(self._tasks)
        await self._following.stop()
        await self._redis.aclose()
        await self._answering.aclose()

    async def unready(self) -> list[str]:
        """Return why nothing can be written to the catalogue, or why aliases are not swept."""
        reasons = []
        if not self._tasks:
            reasons.append("The desk has not started.")
        reasons += [f"{task.get_name().capitalize()} has ended." for task in self._tasks if task.done()]
        try:
            # It writes nothing and leaves no key behind, yet a server that takes no writes refuses it.
            await self._answering.setrange(keys.lease("desk"), 0, "")
        except UNAVAILABLE as error:
            reasons.append(f"Redis takes no change of the catalogue: {why(error) or error}.")
        return reasons

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Reply:
            self._keys.demand(request)
            try:
                found = await handler(request)
            except UNAVAILABLE as error:
                self._outage.failed(error)
                raise Problem(Kind.UNAVAILABLE) from error
            self._outage.well()
            return found

        return guarded


def build(settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None) -> Desk:
    """Return a desk that connects when it is started. Raises ValueError without an address of Redis."""
    return Desk(settings, settings.redis, registry, tracing)


async def _openapi(request: Request) -> Response:
    return Response(200, _document(), (JSON, NO_STORE))


@cache
def _document() -> bytes:
    operations = (*articles_openapi.OPERATIONS, *override_openapi.OPERATIONS, *page_openapi.OPERATIONS)
    return json.dumps(openapi.document("Groundswell desk", version("groundswell"), operations)).encode()
