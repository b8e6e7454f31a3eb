"""Services whose spans go to a receiver, and requests that bring a trace."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services import counter, query
from services.collector import Collector, build
from shared.settings import Settings
from shared.tracing import tracing
from tests.otlp import Received, Receiver
from tests.posting import BROWSER, SITE
from tests.waiting import wait_until

READER = "203.0.113.177"


def exporting_to(endpoint: str, environment: pytest.MonkeyPatch, **more: str) -> None:
    """Have what begins to make spans now send them there soon, and make none of its own accord."""
    given = {"EXPORTER_OTLP_ENDPOINT": endpoint, "BSP_SCHEDULE_DELAY": "20", "TRACES_SAMPLER_ARG": "0"}
    for name, value in {**given, **more}.items():
        environment.setenv(f"OTEL_{name}", value)


def traceparent(sampled: bool = True) -> tuple[str, str]:
    """Return a new traceparent, and its trace."""
    trace = secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-0{int(sampled)}", trace


class Traced:
    """A collector, a counter, and a browser that may bring a trace."""

    def __init__(self, collector: Collector, registry: CollectorRegistry) -> None:
        self.collector = collector
        self.registry = registry
        transport = httpx.ASGITransport(collector.app, client=(READER, 1))  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url="http://collector", headers=BROWSER)

    async def post(self, parent: str | None = None, article: str = "/a", **headers: str) -> httpx.Response:
        """Post a view."""
        told = {} if parent is None else {"traceparent": parent}
        return await self.http.post(
            "/v1/views", json={"site": SITE, "article": article}, headers={**told, **headers}
        )

    def spans(self, outcome: str) -> float:
        """Return what became of so many of the collector's spans."""
        return self.registry.get_sample_value("groundswell_spans_total", {"outcome": outcome}) or 0


def settings_of(redis_url: str, **given: object) -> Settings:
    """Return settings with traces, and with a spool only where there is a data directory."""
    fixed = {"tracing": True, "spool": "data_dir" in given, "dedupe_window": 0}
    return Settings(site=(SITE,), redis_url=redis_url, **{**fixed, **given})  # type: ignore[arg-type]


@asynccontextmanager
async def traced(redis_url: str, *, counting: bool = True, **given: object) -> AsyncIterator[Traced]:
    """Run a collector and, unless told otherwise, a counter whose spans go where the environment says."""
    settings, registry = settings_of(redis_url, **given), CollectorRegistry()
    async with AsyncExitStack() as stack:
        traces = stack.enter_context(tracing(settings, "collector", registry))
        collector = build(settings, registry, **traces)
        await collector.start()
        stack.push_async_callback(collector.stop)
        if counting:
            own = CollectorRegistry()
            behind = counter.build(settings, own, **stack.enter_context(tracing(settings, "counter", own)))
            await behind.start()
            stack.push_async_callback(behind.stop)
        await wait_until(nothing(collector.unready), "the collector is ready")
        yield Traced(collector, registry)


@asynccontextmanager
async def asking(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run a query service whose spans go where the environment says; give a client of it."""
    settings, registry = settings_of(redis_url), CollectorRegistry()
    with tracing(settings, "query", registry) as traces:
        service = query.build(settings, registry, **traces)
        await service.start()
        try:
            await wait_until(nothing(service.unready), "the query service is ready")
            transport = httpx.ASGITransport(service.app, client=(READER, 1))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://query") as client:
                yield client
        finally:
            await service.stop()


def nothing(reasons: Callable[[], Awaitable[list[str]]]) -> Callable[[], Awaitable[bool]]:
    """Return what tells whether there are no reasons."""

    async def none() -> bool:
        return not await reasons()

    return none


async def span_of(receiver: Receiver, start: str, trace: str) -> Received:
    """Return the one span of a trace whose name begins so, once it has come."""
    await wait_until(lambda: receiver.named(start, trace), f"a span {start!r} of the trace has come")
    (found,) = receiver.named(start, trace)
    return found
