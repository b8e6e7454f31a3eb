"""Group commit: the views of a few milliseconds become one entry, kept for all their requests.

Fewer, larger entries beat a faster client: one entry of fifty views costs the
counter half of what fifty entries of one view do.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.collector.circuit import Circuit
from services.collector.spool.file import Attempt
from services.collector.spool.spool import Refused, Spool
from services.collector.streams import Packed, Pen, Streams
from shared import keys
from shared.connection import UNAVAILABLE
from shared.entry import MAX_VIEWS, Entry, View, new_entry_id
from shared.metrics import CollectorMetrics
from shared.problem import Kind, Problem

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

log = logging.getLogger(__name__)


class _Group:
    """Views that will be written together, and who waits for that."""

    __slots__ = ("traced", "views", "waiting")

    def __init__(self) -> None:
        self.views: list[View] = []
        self.waiting: list[asyncio.Future[None]] = []
        self.traced: list[Any] = []
        """The spans of those whose traces are kept."""

    def taken(self) -> None:
        """Let everyone go on."""
        for waiter in self.waiting:
            if not waiter.done():  # or cancelled
                waiter.set_result(None)

    def refused(self, kind: Kind) -> None:
        """Tell everyone that nothing durable took it."""
        for waiter in self.waiting:
            if not waiter.done():
                waiter.set_exception(Problem(kind))
                # Who waited may have hung up; a failure that nobody hears is counted all the same.
                waiter.exception()


class GroupCommit:
    """Gathers the views of each partition and writes a group at a time."""

    def __init__(
        self,
        streams: Streams,
        spool: Spool | None,
        metrics: CollectorMetrics,
        interval: float,
        *,
        circuits: Mapping[int, Circuit],
        held_back: Collection[int] = (),
        tracing: "Tracing | None" = None,
    ) -> None:
        """`interval` is how long the first view of a group waits for more, in seconds.

        `circuits` has one for every partition; `held_back` are those that are
        to take nothing now.
        """
        self._streams = streams
        self._spool = spool
        self._metrics = metrics
        self._interval = interval
        self._circuits = circuits
        self._held_back = held_back
        self._tracing = tracing
        self._pens: defaultdict[int, Pen] = defaultdict(Pen)
        self._open: dict[int, _Group] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._writing: dict[int, asyncio.Lock] = {}

    def add(self, partition: int, view: View) -> asyncio.Future[None]:
        """Return a future that is done once the view is in Redis or in the spool.

        It raises Problem(UNAVAILABLE) or Problem(SPOOL_FULL) when neither took
        it in time. A view whose wait is cancelled is written all the same.
        Raises Problem(BACKLOG) for a partition that is to take nothing.
        """
        if partition in self._held_back:
            raise Problem(Kind.BACKLOG)
        group = self._open.get(partition)
        if group is None:
            group = self._open[partition] = _Group()
            writer = asyncio.create_task(self._write(partition, group))
            self._writers.add(writer)
            writer.add_done_callback(self._writers.discard)
        group.views.append(view)
        if self._tracing is not None and (span := self._tracing.here()) is not None:
            group.traced.append(span)
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
                if self._tracing is None:
                    await self._keep(partition, _packed(group.views))
                else:
                    await self._keep_traced(self._tracing, partition, group)
            except Problem as problem:
                group.refused(problem.kind)
                return
            except Exception:  # whatever it is, nobody may wait for ever
                log.exception("views of partition %d were not written", partition)
                group.refused(Kind.INTERNAL)
                return
            self._metrics.flush_seconds.observe(time.perf_counter() - started)
            self._metrics.flush_views.observe(len(group.views))
            self._metrics.accepted.inc(len(group.views))
            group.taken()

    async def _keep_traced(self, tracing: "Tracing", partition: int, group: _Group) -> None:
        with tracing.gathered("flush", keys.views(partition), group.traced) as batch:
            entries = _packed(group.views, None if batch is None else batch.traceparent)
            if batch is not None:
                batch.note(entries=len(entries), views=len(group.views))
            await self._keep(partition, entries)

    async def _keep(self, partition: int, entries: list[Packed]) -> None:
        """Write entries where they last. Raises Problem when nothing takes them."""
        circuit = self._circuits[partition]
        attempts: list[Attempt | None] = [None] * len(entries)
        if circuit.may_try():
            pen = self._pens[partition]
            signed = pen.sign(entries)
            try:
                await self._streams.put(partition, pen.writer, signed)
            except UNAVAILABLE as error:
                self._metrics.flush_failures.inc()
                circuit.failed(error)
                attempts = [Attempt(pen.writer, number) for number, _ in signed]
                pen.change()
            else:
                circuit.succeeded()
                return
        if self._spool is None:
            raise Problem(Kind.UNAVAILABLE)
        try:
            await self._spool.add(partition, list(zip(attempts, entries, strict=True)))
        except Refused:
            raise Problem(Kind.SPOOL_FULL) from None


def _packed(views: Sequence[View], traceparent: str | None = None) -> list[Packed]:
    now_ms = time.time_ns() // 1_000_000
    return [
        Packed.of(Entry(new_entry_id(now_ms), views[start : start + MAX_VIEWS], traceparent=traceparent))
        for start in range(0, len(views), MAX_VIEWS)
    ]
