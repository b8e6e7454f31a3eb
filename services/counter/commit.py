"""The commit: a batch of entries becomes counts and scores, once.

The script acknowledges and counts in one step, so a crash, a lost reply, a
zombie or a double claim can neither count twice nor leave something
acknowledged uncounted (docs/adr/0001-acknowledgement-is-the-increment.md).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from redis.exceptions import ResponseError

from services.counter import refusals, seen
from services.counter.batch import Batch, Delivered
from services.counter.budget import LIMITS, Budget
from services.counter.layout import Layout, lay_out
from services.counter.script_error import script_error
from services.counter.seen import Window
from services.counter.seen_sets import ABSENT, UnknownWindow
from services.counter.strangers import Strangers
from services.counter.timing import Timing
from shared import keys
from shared.connection import Client
from shared.metrics import CounterMetrics
from shared.settings import SiteSettings

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing

MAX_VIEWS = 2_000
"""Views in one commit: about 20 ms of Redis."""

_MOST_WINDOWS_KNOWN = 10_000


class Outcome(NamedTuple):
    """What one commit did, in views unless it says otherwise."""

    counted: int
    by_visitor: int
    by_event: int
    repeated_entries: int
    repeated_views: int
    others: int
    """Entries that somebody else had acknowledged before."""
    refused: list[tuple[str, str, int]]
    """Site, limit, and views of articles that nobody knew."""


class Committer:
    """Commits batches, and knows the buckets of the windows they fall in."""

    def __init__(
        self,
        redis: Client,
        metrics: CounterMetrics,
        window_of: Callable[[str], int],
        settings_of: Callable[[str], SiteSettings],
        tracing: "Tracing | None" = None,
    ) -> None:
        """`window_of` tells a site's dedupe window in seconds, `settings_of` all that it sets for itself."""
        self._redis = redis
        self._metrics = metrics
        self._window_of = window_of
        self._settings_of = settings_of
        self._tracing = tracing
        self._strangers = Strangers(redis)
        self._timing = Timing(redis, metrics)
        self._script = redis.register_script(
            files("services.counter").joinpath("lua/board.commit.lua").read_text()
        )
        self._buckets: dict[int, dict[Window, int]] = {}
        self.partitions = 1
        """The highest P ever used: the trim floor depends on it."""

    async def commit(self, partition: int, entries: Sequence[Delivered]) -> None:
        """Commit entries, at most 2,000 views at a time.

        Raises what redis-py raises; then some entries are still pending.
        """
        for batch in split(entries):
            started = time.perf_counter()
            if self._tracing is None:
                outcome = await self._commit(partition, batch)
            else:
                outcome = await self._commit_traced(self._tracing, partition, batch)
            self._metrics.commit_seconds.observe(time.perf_counter() - started)
            self._tell_waits(batch)
            self._metrics.commit_views.observe(sum(len(entry.views) for _, entry in batch))
            self._metrics.counted.inc(outcome.counted)
            self._metrics.duplicates.labels("visitor").inc(outcome.by_visitor)
            self._metrics.duplicates.labels("event").inc(outcome.by_event)
            self._metrics.duplicates.labels("entry").inc(outcome.repeated_views)
            self._metrics.repeated_entries.inc(outcome.repeated_entries)
            for site, limit, views in outcome.refused:
                self._metrics.refused.labels(limit).inc(views)
                await refusals.tell(self._redis, site, limit, views)

    def _tell_waits(self, batch: Sequence[Delivered]) -> None:
        """Note how long each entry took from its first view to here; an import comes from long ago."""
        now = time.time()
        for _, entry in batch:
            if entry.dedupe_window is None:
                self._metrics.visible.observe(max(0.0, now - entry.views[0].received_ms / 1000))

    async def _commit_traced(self, tracing: "Tracing", partition: int, batch: Sequence[Delivered]) -> Outcome:
        told = (entry.traceparent for _, entry in batch)
        with tracing.continued("commit", keys.views(partition), told) as span:
            outcome = await self._commit(partition, batch)
            if span is not None:
                views = sum(len(entry.views) for _, entry in batch)
                span.note(entries=len(batch), views=views, counted=outcome.counted)
        return outcome

    async def _commit(self, partition: int, batch: Sequence[Delivered]) -> Outcome:
        for attempt in range(3):
            layout = await self._lay_out(partition, batch)
            try:
                *numbers, refused = await self._script(layout.keys, [keys.GROUP, layout.plan])
                return Outcome._make((*numbers, [*_refused(layout.strangers, refused)]))
            except ResponseError as error:
                # Another counter began a window with other buckets, or it is gone: ask again.
                if attempt == 2 or "WINDOW" not in str(error):
                    self._metrics.script_errors.labels(script_error(error)).inc()
                    raise
                for window in layout.windows:
                    self._buckets[partition].pop(window, None)
        raise AssertionError("unreachable")

    async def _lay_out(self, partition: int, entries: Sequence[Delivered]) -> Layout:
        batch = await self._take_apart(partition, entries)
        strangers = {}
        for site, ids in batch.ids().items():
            if found := await self._strangers.among(site, ids, self.partitions):
                strangers[site] = Budget.of(self._settings_of(site), self.partitions), found
        return lay_out(batch, partitions=self.partitions, strangers=strangers)

    async def _take_apart(self, partition: int, entries: Sequence[Delivered]) -> Batch:
        moment = await self._timing.of(entries)
        known = self._buckets.setdefault(partition, {})
        if len(known) > _MOST_WINDOWS_KNOWN:
            known.clear()
        while True:
            try:
                return Batch.of(partition, entries, time=moment, buckets=known, window_of=self._window_of)
            except UnknownWindow as unknown:
                known[unknown.window] = await self._ask(partition, unknown.window, unknown.write)

    async def _ask(self, partition: int, window: Window, write: bool) -> int:
        """Return the buckets of a window; one that nobody has begun is planned after the one before it."""
        fixed = await self._redis.hget(keys.seen_header(partition, window.kind, window.number), "buckets")
        if fixed is not None:
            return int(fixed)
        if not write:
            return ABSENT
        before = keys.seen_header(partition, window.kind, window.before.number)
        return seen.buckets_for(int(await self._redis.hget(before, "members") or 0))


def _refused(sites: Sequence[str], views: Sequence[Sequence[int]]) -> Iterator[tuple[str, str, int]]:
    for site, refused in zip(sites, views, strict=True):
        for limit, number in zip(LIMITS, refused, strict=True):
            if number:
                yield site, limit, number


def split(entries: Sequence[Delivered]) -> list[list[Delivered]]:
    """Return the entries in batches of at most 2,000 views, in their order."""
    batches: list[list[Delivered]] = []
    room = 0
    for delivered in entries:
        views = len(delivered[1].views)
        if views > room:
            batches.append([])
            room = MAX_VIEWS
        batches[-1].append(delivered)
        room -= views
    return batches
