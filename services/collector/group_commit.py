"""Group commit: the views of a few milliseconds become one entry, written for all their requests.

Fewer, larger entries beat a faster client: one entry of fifty views costs the
counter half of what fifty entries of one view do.
"""

import asyncio
import logging
import time

from services.collector.append import append
from shared.connection import UNAVAILABLE, Client
from shared.entry import MAX_VIEWS, Entry, View, new_entry_id
from shared.metrics import CollectorMetrics
from shared.problem import Kind, Problem

log = logging.getLogger(__name__)


class _Group:
    """Views that will be written together, and who waits for that."""

    __slots__ = ("views", "waiting")

    def __init__(self) -> None:
        self.views: list[View] = []
        self.waiting: list[asyncio.Future[None]] = []

    def taken(self) -> None:
        """Let everyone go on."""
        for waiter in self.waiting:
            if not waiter.done():  # or cancelled
                waiter.set_result(None)

    def refused(self) -> None:
        """Tell everyone that Redis did not take it."""
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_exception(Problem(Kind.UNAVAILABLE))
                # Who waited may have hung up; a failure that nobody hears is counted all the same.
                waiter.exception()


class GroupCommit:
    """Gathers the views of each partition and writes a group at a time."""

    def __init__(self, redis: Client, metrics: CollectorMetrics, interval: float) -> None:
        """`interval` is how long the first view of a group waits for more, in seconds."""
        self._redis = redis
        self._metrics = metrics
        self._interval = interval
        self._open: dict[int, _Group] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._writing: dict[int, asyncio.Lock] = {}

    def add(self, partition: int, view: View) -> asyncio.Future[None]:
        """Return a future that is done once the view is in Redis.

        It raises Problem(UNAVAILABLE) when Redis did not take it in time. A
        view whose wait is cancelled is written all the same.
        """
        group = self._open.get(partition)
        if group is None:
            group = self._open[partition] = _Group()
            writer = asyncio.create_task(self._write(partition, group))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        group.views.append(view)
        # One each, not one for all: that would have to be shielded from each one's end, which costs more.
        waiter = asyncio.get_running_loop().create_future()
        group.waiting.append(waiter)
        return waiter

    async def drain(self) -> None:
        """Return once everything added so far is written or refused."""
        while self._writers:
            await asyncio.gather(*self._writers)

    async def _write(self, partition: int, group: _Group) -> None:
        await asyncio.sleep(self._interval)
        # One group of a partition is on its way at a time; meanwhile the next one grows.
        async with self._writing.setdefault(partition, asyncio.Lock()):
            del self._open[partition]
            started = time.perf_counter()
            try:
                await append(self._redis, _entries(partition, group.views))
            except UNAVAILABLE as error:
                self._metrics.flush_failures.inc()
                log.warning("%d views were not taken: %s", len(group.views), type(error).__name__)
                group.refused()
                return
            self._metrics.flush_seconds.observe(time.perf_counter() - started)
            self._metrics.flush_views.observe(len(group.views))
            self._metrics.accepted.inc(len(group.views))
            group.taken()


def _entries(partition: int, views: list[View]) -> list[tuple[int, Entry]]:
    now_ms = time.time_ns() // 1_000_000
    return [
        (partition, Entry(new_entry_id(now_ms), views[start : start + MAX_VIEWS]))
        for start in range(0, len(views), MAX_VIEWS)
    ]
