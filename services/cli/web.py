"""The web process: collector and query behind one origin, told apart by path."""

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services import collector, query
from shared.http import ASGIApp, Receive, Scope, Send
from shared.service import Service, Telling
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing


class Web:
    """Two services as one."""

    def __init__(self, writing: Service, reading: Service) -> None:
        assert writing.app is not None  # noqa: S101 - both are known to have one
        assert reading.app is not None  # noqa: S101
        self._services = (writing, reading)
        self._writing = writing
        self.app: ASGIApp | None = by_path(writing.app, reading.app)

    async def start(self) -> None:
        """Begin both."""
        await asyncio.gather(*(service.start() for service in self._services))

    async def stop(self) -> None:
        """Finish both."""
        await asyncio.gather(*(service.stop() for service in self._services))

    async def unready(self) -> list[str]:
        """Return why either cannot do its work."""
        answers = await asyncio.gather(*(service.unready() for service in self._services))
        return list(dict.fromkeys(reason for reasons in answers for reason in reasons))

    def notes(self) -> list[str]:
        """Return what is not as usual with what is taken."""
        return self._writing.notes() if isinstance(self._writing, Telling) else []


def by_path(writing: ASGIApp, reading: ASGIApp) -> ASGIApp:
    """Return an application that gives the collector's paths to `writing` and all others to `reading`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (writing if collector.owns(scope.get("path", "")) else reading)(scope, receive, send)

    return app


def build(settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None) -> Service:
    """Return the web service."""
    reading = query.build(settings, registry, collector.OPERATIONS, tracing)
    return Web(collector.build(settings, registry, tracing), reading)
