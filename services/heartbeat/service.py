"""The heartbeat as a process runs it: beside collector and query in one process, or alone."""

import asyncio
import logging
import time
from math import nan

from prometheus_client import CollectorRegistry

from services.heartbeat.heart import Heart, Missed
from shared import heartbeat
from shared.connection import UNAVAILABLE, connect
from shared.http import ASGIApp
from shared.process_metrics import HeartbeatMetrics
from shared.repeat import every
from shared.settings import Settings
from shared.tasks import end

log = logging.getLogger(__name__)

FIRST = 5.0
"""Seconds after its start before the first one: the services of an installation begin together."""

_DEADLINE = 2.0


class Heartbeat:
    """A view that nobody read, again and again."""

    def __init__(self, settings: Settings, registry: CollectorRegistry, first: float = FIRST) -> None:
        if settings.heartbeat_url is None:
            raise ValueError("a heartbeat has nowhere to go without heartbeat_url")
        self._metrics = HeartbeatMetrics(registry)
        self._redis = connect(settings.redis, deadline=_DEADLINE, name="heartbeat")
        self._heart = Heart(settings.heartbeat_url)
        self._interval = settings.heartbeat_interval
        self._first = min(first, self._interval)
        self._secret: str | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._missed: str | None = None
        self.app: ASGIApp | None = None

    async def start(self) -> None:
        """Begin to beat, unless the settings say not to."""
        if not self._interval:
            self._metrics.at.set(nan)
            return
        self._tasks = [asyncio.create_task(self._run(), name="heartbeat")]

    async def stop(self) -> None:
        """Stop at once."""
        await end(self._tasks)
        await self._redis.aclose()

    async def unready(self) -> list[str]:
        """Return nothing: that a view is missed is what this is here to tell, not what keeps it from that."""
        return []

    def notes(self) -> list[str]:
        """Return what became of the last one, if it was missed."""
        return [] if self._missed is None else [f"the last heartbeat was missed: {self._missed}"]

    async def _run(self) -> None:
        await asyncio.sleep(self._first)
        await every(self._interval, "no heartbeat can be sent", self._beat)

    async def _beat(self) -> None:
        try:
            if self._secret is None:
                self._secret = await heartbeat.secret(self._redis)
            took = await self._heart.beat(self._secret)
        except (Missed, *UNAVAILABLE) as error:
            self._metrics.failures.inc()
            self._missed = str(error)
            # Another Redis, or a restored one, has another.
            self._secret = None
            if not isinstance(error, Missed):
                raise
            log.warning("a heartbeat was missed: %s", error)
        else:
            self._missed = None
            self._metrics.took.set(took)
            self._metrics.at.set(time.time())


def build(settings: Settings, registry: CollectorRegistry) -> Heartbeat:
    """Return a heartbeat that begins when it is started."""
    return Heartbeat(settings, registry)
