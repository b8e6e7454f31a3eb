"""The query service as a process runs it: its client, its routes, what it waits for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services.query import operations as described
from services.query.counting import Counting
from services.query.feeds.routes import feeds
from services.query.limited import limited
from services.query.metered import metered
from services.query.newsroom.access import Newsroom
from services.query.newsroom.article import ArticleReport
from services.query.newsroom.board_numbers import BoardNumbers
from services.query.newsroom.explain import Explainer
from services.query.newsroom.history import ArticleHistory
from services.query.newsroom.insight import Insight
from services.query.newsroom.traffic import Traffic
from services.query.pages.board import Board, board_script
from services.query.pages.demo import DemoPages
from services.query.pages.documents import Documents
from services.query.pages.embed import Embed
from services.query.pages.widget import widget_script
from services.query.ranked.live import Live
from services.query.ranked.past import PastLists
from services.query.ranked.trending import Trending
from services.query.read.counts import Counts
from services.query.read.lists import Lists
from services.query.read.partitions import Partitions
from services.query.read.site_hours import SiteHours
from shared.address import spans
from shared.catalogue import Catalogue
from shared.connection import connect
from shared.html import Html
from shared.http import NO_STORE, ASGIApp, Handler, Header, Reply, Request, Response, Routes
from shared.metrics import QueryMetrics
from shared.openapi import Operation
from shared.problem import Kind, Problem
from shared.reachable import why_not
from shared.released import Released
from shared.request_id import named_by
from shared.script import Script
from shared.settings import Settings
from shared.tasks import end

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

_PAGES = Path(__file__).parent / "pages"

DEADLINE = 0.9
"""Seconds an answer waits for Redis before it is given from memory."""

_PATIENCE = 2.0
"""Seconds what is done in the background waits."""

REST = 0.5
"""Seconds for which, after that, answers are given from memory without asking Redis first."""

_EVERY_ANSWER: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"etag, x-groundswell-reason, x-groundswell-stale, x-request-id"),
)
_PREFLIGHT: tuple[Header, ...] = (
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, if-none-match, last-event-id, traceparent, tracestate",
    ),
    (b"access-control-max-age", b"86400"),
)


class Query:
    """Lists and counts become answers and pages."""

    def __init__(
        self,
        settings: Settings,
        registry: CollectorRegistry,
        operations: Sequence[Operation],
        tracing: "Tracing | None" = None,
    ) -> None:
        self._redis = connect(settings.redis, deadline=DEADLINE, name="query", rest=REST)
        if tracing is not None:
            self._redis = tracing.redis(self._redis)
        # What is done in the background waits longer, and its failures are none of the answers'.
        self._behind = connect(settings.redis, deadline=_PATIENCE, name="query-behind")
        self._catalogue = Catalogue(self._behind, settings.sites)
        self._metrics = QueryMetrics(registry)
        read = (Script.read(path) for path in sorted((_PAGES / "scripts").glob("*.js")))
        scripts = [*read, board_script(), widget_script()]
        self._scripts = Released(self._behind, scripts, beside=["beacon.v1"])
        self._tasks: list[asyncio.Task[None]] = []
        routes = self._routes(settings, operations)
        self.app: ASGIApp | None = routes
        if tracing is not None:
            self.app = tracing.requests(routes, routes.handlers, endless={"/v1/trending/live"})

    async def start(self) -> None:
        """Begin to follow the catalogue."""
        self._tasks = [
            asyncio.create_task(self._catalogue.follow(), name="catalogue"),
            asyncio.create_task(self._scripts.publish(), name="scripts"),
        ]

    async def stop(self) -> None:
        """Let go of Redis."""
        await end(self._tasks)
        await self._live.stop()
        await self._redis.aclose()
        await self._behind.aclose()

    async def unready(self) -> list[str]:
        """Return why questions cannot be answered truly now."""
        reasons = [] if self._catalogue.loaded else ["the catalogue is not loaded"]
        if reason := await why_not(self._redis):
            reasons.append(reason)
        return reasons

    def _routes(self, settings: Settings, others: Sequence[Operation]) -> Routes:
        partitions = Partitions(self._redis, settings.partitions)
        lists = Lists(self._redis)
        counts = Counts(self._redis, partitions)
        trending = Trending(self._catalogue, lists, counts)
        self._live = Live(settings, self._catalogue, trending, self._metrics)
        newsroom, hours = Newsroom(settings), SiteHours(self._redis, partitions)
        explainer = Explainer(self._redis, self._catalogue, lists, partitions)
        past = PastLists(self._redis, self._catalogue, counts, trending)
        insight = Insight(newsroom, self._catalogue, trending, past, explainer)
        report = ArticleReport(newsroom, self._redis, self._catalogue, partitions, explainer)
        ranks_then = ArticleHistory(newsroom, self._redis, self._catalogue)
        traffic = Traffic(newsroom, self._catalogue, hours)
        board = BoardNumbers(
            newsroom,
            self._redis,
            self._catalogue,
            lists=lists,
            trending=trending,
            past=past,
            partitions=partitions,
            hours=hours,
            desk_url=settings.desk_url,
        )
        html = Html(_PAGES / "templates", self._scripts)
        embed = Embed(settings, self._catalogue, trending, html)
        own = (*described.ALWAYS, *(described.DEMO if settings.demo_pages else ()))
        documents = Documents((*others, *own), html, address_of(settings))
        answered: dict[str, tuple[str, Handler]] = {
            "/v1/counts": ("counts", self._once_loaded(Counting(self._catalogue, counts).answer)),
            "/v1/trending": ("trending", self._once_loaded(insight.answer)),
            "/v1/trending/live": ("live", self._once_loaded(self._live.answer)),
            "/v1/article": ("article", self._once_loaded(report.answer)),
            "/v1/article/history": ("article", self._once_loaded(ranks_then.answer)),
            "/v1/traffic": ("traffic", self._once_loaded(traffic.answer)),
            "/v1/board": ("board", self._once_loaded(board.answer)),
            "/embed/trending": ("embed", self._once_loaded(embed.answer)),
            "/board": ("page", Board(settings, html).page),
            "/widget.v1.js": ("script", self._scripts.stable),
            "/openapi.json": ("docs", documents.json),
            "/docs": ("docs", documents.page),
            "/icon.svg": ("page", documents.icon),
            "/": ("page", leads_to("/demo/" if settings.demo_pages else "/docs")),
        }
        for path, feed in feeds(address_of(settings), self._catalogue, trending).items():
            answered[path] = ("feed", self._once_loaded(feed.answer))
        if settings.demo_pages:
            pages = DemoPages(settings, self._catalogue, counts, trending, html)
            answered["/demo"] = ("page", leads_to("/demo/"))
            answered["/demo/"] = ("page", self._once_loaded(pages.front))
            answered["/demo/article"] = ("page", self._once_loaded(pages.story))
        wrap, limit = metered(self._metrics), limited(settings)
        return Routes(
            {
                path: {"GET": wrap(endpoint, limit(endpoint, handler)), "OPTIONS": preflight}
                for path, (endpoint, handler) in answered.items()
            },
            _EVERY_ANSWER,
            self._count_refusal,
            self._scripts.beyond,
            named_by(spans(settings.trusted_proxies)),
        )

    def _once_loaded(self, handler: Handler) -> Handler:
        """Return the handler of what would be a lie while the catalogue is not known: an empty list, a 0."""

        async def answer(request: Request) -> Reply:
            if not self._catalogue.loaded:
                raise Problem(Kind.UNAVAILABLE, "the catalogue is not loaded yet")
            return await handler(request)

        return answer

    def _count_refusal(self, request: Request, problem: Problem) -> None:
        self._metrics.refused.labels(problem.kind.slug).inc()


async def preflight(request: Request) -> Response:
    """Answer a browser that asks whether a page of another origin may ask."""
    return Response(204, b"", _PREFLIGHT)


def leads_to(path: str) -> Handler:
    """Return a handler that sends its readers on."""

    async def lead(request: Request) -> Response:
        return Response(307, b"", ((b"location", path.encode()), NO_STORE))

    return lead


def address_of(settings: Settings) -> str:
    """Return where readers reach this service, as far as its settings know."""
    return settings.public_url or f"http://{settings.host}:{settings.port or 8000}"


def build(
    settings: Settings,
    registry: CollectorRegistry,
    operations: Sequence[Operation] = (),
    tracing: "Tracing | None" = None,
) -> Query:
    """Return a query service that connects when it is started.

    `operations` are those of others behind the same origin, for the one
    document of both.
    """
    return Query(settings, registry, operations, tracing)
