"""The counter as a process runs it: a FastStream subscriber a partition, and what looks after them."""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from faststream.redis import RedisBroker
from prometheus_client import CollectorRegistry
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.counter.commit import Committer
from services.counter.gauges import Gauges
from services.counter.group import ensure_group
from services.counter.intake import Intake
from services.counter.reading import pause_on_failure
from services.counter.reclaim import Reclaim
from services.counter.streams import subscribe
from services.counter.trim import Trimmer
from shared.connection import connect
from shared.http import ASGIApp
from shared.metrics import CounterMetrics
from shared.partition import load_plan
from shared.reachable import why_not
from shared.repeat import every
from shared.settings import Settings
from shared.tasks import end

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

log = logging.getLogger(__name__)

_WAIT = "what comes waits there"
DEADLINE = 5.0
"""Seconds a command of the counter waits for Redis; longer than a read blocks."""


class Counter:
    """A batch of entries becomes counts and scores, once."""

    app: ASGIApp | None = None

    def __init__(
        self, settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None
    ) -> None:
        self._settings = settings
        self._tracing = tracing
        self._metrics = CounterMetrics(registry)
        self._redis = connect(settings.redis, deadline=DEADLINE, name="counter")
        if tracing is not None:
            self._redis = tracing.redis(self._redis)
        self._broker = RedisBroker(
            settings.redis,
            socket_timeout=DEADLINE,
            socket_connect_timeout=DEADLINE,
            retry=Retry(NoBackoff(), 0),
            client_name="groundswell-counter-read",
            apply_types=False,
            graceful_timeout=8.0,
            logger=logging.getLogger("faststream"),
            # FastStream writes a line a batch; ours say what went wrong.
            log_level=logging.DEBUG,
        )
        self.consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._committer = self.make_committer()
        self._intake = Intake(self._redis, self._committer, self._metrics)
        self._reclaim = Reclaim(
            self._redis,
            self._intake,
            self._metrics,
            consumer=self.consumer,
            after=settings.reclaim_after,
        )
        self._trimmer = Trimmer(self._redis, self._metrics)
        self._gauges = Gauges(self._redis, self._metrics)
        self._subscribers: dict[int, Any] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._tended_at = 0.0

    def make_committer(self) -> Committer:
        """Return what commits; the one place a test puts another commit in."""
        settings = self._settings
        return Committer(self._redis, self._metrics, settings.window_of, settings.of, self._tracing)

    async def start(self) -> None:
        """Begin to read as soon as Redis answers."""
        self._begin(every(1.0, "the streams are not looked after", self._tend, meanwhile=_WAIT))
        self._begin(every(60.0, "the boards are not trimmed", self._trim_boards))

    async def stop(self) -> None:
        """Commit what was read, then let go of Redis."""
        await end(self._tasks)
        await self._broker.stop()
        await self._redis.aclose()

    async def unready(self) -> list[str]:
        """Return why views are not counted now: a subscriber that rests, a lag without bound, Redis."""
        if not self._subscribers:
            return [await why_not(self._redis) or "Redis has not told the partitions yet"]
        reasons = [
            f"the subscriber of partition {p} does not run"
            for p, subscriber in self._subscribers.items()
            if not subscriber.running
        ]
        reasons += [
            f"partition {p} is {behind} entries behind"
            for p, behind in self._gauges.behind.items()
            if behind > self._settings.ready_lag
        ]
        if time.monotonic() - self._tended_at > 2 * DEADLINE:
            reasons.append(await why_not(self._redis) or "Redis does not answer")
        return reasons

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _tend(self) -> None:
        """Once a second: groups exist, subscribers run, streams are short, gauges tell."""
        plan = await load_plan(self._redis, self._settings.partitions, time.time())
        self._committer.partitions = plan.ever
        for p in range(plan.ever):
            await self._tend_partition(p)
        self._tended_at = time.monotonic()

    async def _tend_partition(self, p: int) -> None:
        if await ensure_group(self._redis, p) and p in self._subscribers:
            self._metrics.group_recreated.inc()
            log.error("the consumer group of partition %d was gone and is made again", p)
        if p not in self._subscribers:
            await self._subscribe(p)
        await self._keep_running(p)
        await self._trimmer.trim_stream(p)
        await self._gauges.look(p)

    async def _subscribe(self, p: int) -> None:
        """Declare the subscriber of a partition, and reclaim there from now on."""
        if not self._subscribers:
            await self._broker.start()
            pause_on_failure(await self._broker.connect())
        subscriber = subscribe(self._broker, p, self.consumer, partial(self._intake.take, p))
        self._subscribers[p] = subscriber
        self._begin(self._reclaim.run(p))

    async def _keep_running(self, p: int) -> None:
        """Start a subscriber that does not run: FastStream stops one for good when its group was gone."""
        subscriber = self._subscribers[p]
        if subscriber.running:
            return
        if p in self._gauges.behind:
            self._metrics.subscriber_restarts.inc()
            log.warning("the subscriber of partition %d had stopped and is started again", p)
        await subscriber.start()

    async def _trim_boards(self) -> None:
        await self._trimmer.trim_boards(self._committer.partitions, self._settings.sites)


def build(settings: Settings, registry: CollectorRegistry, tracing: "Tracing | None" = None) -> Counter:
    """Return a counter that connects when it is started."""
    return Counter(settings, registry, tracing)
