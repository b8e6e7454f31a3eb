"""The ranker as a process runs it: its clients, its loop, what it waits for."""

import asyncio
import contextlib
import time

from prometheus_client import CollectorRegistry

from services.ranker.rounds import Ranker, Unranked
from shared.catalogue import Catalogue
from shared.connection import UNAVAILABLE, connect
from shared.http import ASGIApp
from shared.metrics import RankerMetrics
from shared.outage import Outage
from shared.reachable import why_not
from shared.settings import Settings
from shared.tasks import end

DEADLINE = 1.5
"""Seconds a reply may take: half a lease."""

_EVERY = 1.0
_LONGEST_PAUSE = 4.0
_STALE = 5.0
"""Seconds after which a round without a fault is overdue."""


class RankerService:
    """Scores become lists: rank, movement, history."""

    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        self._redis = connect(settings.redis, deadline=DEADLINE, name="ranker")
        self._catalogue = Catalogue(self._redis, settings.sites)
        self._metrics = RankerMetrics(registry)
        self._ranker = Ranker(self._redis, settings, self._catalogue, self._metrics)
        self._tasks: list[asyncio.Task[None]] = []
        self._succeeded = float("-inf")
        self._outage = Outage("ranking fails", "lists stand as they are")
        self._unfollowed = Outage("the catalogue cannot be followed", "lists are made by what is known of it")
        self.app: ASGIApp | None = None

    async def start(self) -> None:
        """Begin to follow the catalogue and to rank."""
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        """Stop ranking and let another ranker lead at once."""
        await end(self._tasks)
        with contextlib.suppress(*UNAVAILABLE):
            await self._ranker.release()
        await self._redis.aclose()

    async def unready(self) -> list[str]:
        """Return why lists are not kept up to date by this process, nor could be at once."""
        if reason := await why_not(self._redis):
            return [reason]
        reasons = []
        if not self._catalogue.loaded:
            reasons.append("the catalogue is not loaded")
        if time.monotonic() - self._succeeded > _STALE:
            reasons.append(f"no round of ranking went well in the last {_STALE:.0f} s")
        return reasons

    async def _follow(self) -> None:
        """Follow the catalogue until cancelled; what it stumbles over is logged, and all is loaded again."""
        while True:
            try:
                await self._catalogue.follow()
            except Exception as error:  # lists by an old catalogue are better than none
                self._unfollowed.failed(error, unforeseen=True)
                self._catalogue.loaded = False
            await asyncio.sleep(_EVERY)

    async def _run(self) -> None:
        """Rank every second until cancelled; after a failure later and later."""
        pause = _EVERY
        while True:
            began = time.monotonic()
            try:
                await self._ranker.round()
            except Unranked as error:
                self._failed(error)
                pause = _EVERY
            except Exception as error:  # whatever it is, the next round may fare better
                self._failed(error)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._went_well()
                pause = _EVERY
            await asyncio.sleep(max(0.0, began + pause - time.monotonic()))

    def _failed(self, error: Exception) -> None:
        self._metrics.rank_failures.inc()
        self._outage.failed(error, unforeseen=not _expected(error))

    def _went_well(self) -> None:
        self._outage.well()
        if self._catalogue.loaded:
            self._unfollowed.well()
        self._succeeded = time.monotonic()


def _expected(error: Exception) -> bool:
    return isinstance(error, (Unranked, *UNAVAILABLE))


def build(settings: Settings, registry: CollectorRegistry) -> RankerService:
    """Return a ranker that connects when it is started."""
    return RankerService(settings, registry)
