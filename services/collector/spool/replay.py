"""Bring back what waits in the spool, oldest first, as soon as Redis takes it."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from services.collector.circuit import Circuit
from services.collector.spool.file import Row
from services.collector.spool.spool import Spool, Waiting
from services.collector.streams import Streams
from shared import dead, keys
from shared.connection import UNAVAILABLE, Client
from shared.metrics import SpoolMetrics
from shared.outage import Outage
from shared.repeat import every

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

log = logging.getLogger(__name__)

EVERY = 0.1
"""Seconds between two looks at the spool, which cost nothing while it is empty."""

ADOPT_EVERY = 30.0
"""Seconds between two looks for files of processes that are gone."""

_AT_ONCE = 50
"""Entries written in one step; a server does nothing else meanwhile."""


class Replay:
    """Brings entries back, each with its own id and partition."""

    def __init__(
        self,
        redis: Client,
        spool: Spool,
        streams: Streams,
        metrics: SpoolMetrics,
        *,
        max_age: int,
        circuits: Mapping[int, Circuit],
        held_back: Collection[int],
        now: Callable[[], float],
        tracing: "Tracing | None" = None,
    ) -> None:
        """`max_age` is in seconds; `circuits` has one for every partition.

        `held_back` are the partitions that are to take nothing now; `now` tells
        Unix seconds.
        """
        self._now = now
        self._disk = Circuit()
        self._unread = Outage("the spool cannot be read", "what is in it waits there")
        self._redis = redis
        self._spool = spool
        self._streams = streams
        self._metrics = metrics
        self._max_age = max_age
        self._circuits = circuits
        self._held_back = held_back
        self._tracing = tracing
        self._adopted_at = -ADOPT_EVERY

    async def run(self) -> None:
        """Bring back what waits until cancelled."""
        await every(EVERY, "the spool is not brought back", self.round)

    async def round(self) -> None:
        """Bring back all that Redis takes now."""
        if time.monotonic() - self._adopted_at >= ADOPT_EVERY:
            await self._spool.adopt()
            self._adopted_at = time.monotonic()
        await asyncio.gather(*(self._bring_back(p) for p in self._spool.partitions))

    async def _bring_back(self, partition: int) -> None:
        circuit = self._circuits[partition]
        while partition not in self._held_back and self._disk.may_try() and circuit.may_try():
            waiting = await self._oldest(partition)
            if waiting is None:
                return
            try:
                moved = await self._move(partition, waiting.rows)
            except UNAVAILABLE as error:
                circuit.failed(error)
                return
            circuit.succeeded()
            await self._spool.forget(Waiting(waiting.file, moved))

    async def _oldest(self, partition: int) -> Waiting | None:
        try:
            waiting = await self._spool.oldest(partition, _AT_ONCE)
        except Exception as error:  # a replay that ends strands all that waits; disk and file may recover
            self._unread.failed(error, unforeseen=True)
            self._disk.failed(error)
            return None
        self._unread.well()
        self._disk.succeeded()
        return waiting if waiting and waiting.rows else None

    async def _move(self, partition: int, rows: Sequence[Row]) -> list[Row]:
        """Write the first of these rows where they belong, and return them. Raises what redis-py raises."""
        oldest = rows[0]
        written_before = self._now() - self._max_age
        if oldest.written_at < written_before:
            await self._expire(oldest)
            return [oldest]
        same = takewhile(
            lambda row: row.attempt.writer == oldest.attempt.writer and row.written_at >= written_before, rows
        )
        moved = list(same)
        if self._tracing is None:
            await self._put(partition, moved)
        else:
            told = (row.entry.traceparent for row in moved)
            with self._tracing.continued("replay", keys.views(partition), told) as batch:
                if batch is not None:
                    batch.note(entries=len(moved), views=sum(row.entry.views for row in moved))
                await self._put(partition, moved)
        self._metrics.entries_replayed.inc(len(moved))
        return moved

    async def _put(self, partition: int, rows: Sequence[Row]) -> None:
        entries = [(row.attempt.number, row.entry) for row in rows]
        await self._streams.put(partition, rows[0].attempt.writer, entries)

    async def _expire(self, row: Row) -> None:
        """Make a row a dead letter, since its id may be forgotten; not one that is on its stream already."""
        if await self._streams.has(row.partition, *row.attempt):
            return
        detail = f"{self._now() - row.written_at:.0f} s in the spool, at most {self._max_age} s are replayed"
        await dead.bury(self._redis, row.partition, row.entry.fields, reason=dead.EXPIRED, detail=detail)
        self._metrics.entries_expired.inc()
        log.error("entry %s was spooled for too long and is dead", row.entry.entry_id)
