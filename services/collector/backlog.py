"""Back-pressure: the partitions in which too much waits to be counted, or for too long.

Looked at in the background. While Redis does not answer nobody knows, and
nothing is held back: then the spool takes what comes.
"""

import logging
from typing import Any

from redis.exceptions import ResponseError

from shared import keys
from shared.connection import UNAVAILABLE, Client
from shared.metrics import CollectorMetrics
from shared.repeat import every

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""


class Backlog:
    """Which partitions take nothing now."""

    def __init__(self, redis: Client, metrics: CollectorMetrics, *, max_entries: int, max_age: int) -> None:
        """`max_entries` may wait in a partition, the oldest of them for `max_age` seconds."""
        self._redis = redis
        self._exceeded = metrics.backlog_exceeded
        self._max_entries = max_entries
        self._max_age = max_age
        self.full: set[int] = set()
        """The partitions that take nothing; always the same set."""
        self.partitions = 0
        """How many there are; set once that is known."""

    async def keep_looking(self) -> None:
        """Look about once a second until cancelled."""
        await every(EVERY, "the backlog is not known", self.look, meanwhile="nothing is held back")

    async def look(self) -> None:
        """Look at every partition. Raises what redis-py raises."""
        try:
            for p in range(self.partitions):
                self._note(p, await self._exceeds(p))
        except UNAVAILABLE:
            for p in [*self.full]:
                self._note(p, "")
            raise

    async def _exceeds(self, p: int) -> str:
        """Return in words how far a partition is over its limits, empty when it is not."""
        waiting, oldest_ms = await self._waiting(p)
        if waiting > self._max_entries:
            return f"{waiting} entries wait to be counted"
        if oldest_ms is not None:
            seconds, _ = await self._redis.time()
            if (age := seconds - oldest_ms / 1000) > self._max_age:
                return f"the oldest entry has waited for {age:.0f} s to be counted"
        return ""

    async def _waiting(self, p: int) -> tuple[int, int | None]:
        """Return how many entries wait at most, and when the oldest undelivered one was written, in ms."""
        stream = keys.views(p)
        length = await self._redis.xlen(stream)
        last, pending, lag = b"0-0", 0, None
        for group in await self._groups(stream) if length else []:
            if group["name"] == keys.GROUP.encode():
                last, pending, lag = group["last-delivered-id"], group["pending"], group["lag"]
        undelivered = await self._redis.xrange(stream, min=b"(" + last, count=1) if length else []
        if not undelivered:
            return pending, None
        # lag is NULL after a restart until the group has read on; the length is never too small.
        return (length if lag is None else lag + pending), int(undelivered[0][0].partition(b"-")[0])

    async def _groups(self, stream: str) -> list[dict[str, Any]]:
        try:
            return list(await self._redis.xinfo_groups(stream))
        except ResponseError as error:
            if "no such key" in str(error):
                return []
            raise

    def _note(self, p: int, why: str) -> None:
        if why and p not in self.full:
            log.error("partition %d takes no views: %s", p, why)
            self.full.add(p)
        elif not why and p in self.full:
            log.info("partition %d takes views again", p)
            self.full.discard(p)
        self._exceeded.labels(str(p)).set(bool(why))
