"""Put the page views of an access log on the streams, once.

The views go the way of all others, in entries of up to 500, but for the
collector's rule on age. An entry's id is made of the import's name, the
chunk and its place in it, stamped with the moment the stint began. A chunk is
noted in the transaction that writes its entries, so being killed anywhere
leaves nothing half done, and running again writes what is missing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from services.cli.importing import log_line
from services.cli.importing.log_file import LogFile
from services.cli.importing.log_line import LogLine
from services.cli.importing.no_log import shown
from services.cli.importing.page_view import Rules, article_of
from services.cli.importing.progress import CHUNK_LINES, Progress, Stint
from services.cli.importing.skip import Skip
from services.cli.importing.summary import Broken, Summary
from services.cli.importing.write import entry_id, write_once
from services.collector.visitor import visitor_hash
from shared import hours, keys
from shared.connection import Client
from shared.entry import MAX_VIEWS, Entry, View
from shared.partition import PartitionPlan, partition_of


class Judged(NamedTuple):
    """One line that was read: a page view of `article`, or the reason why it is none."""

    number: int
    line: LogLine | None
    article: str | Skip


@dataclass(frozen=True)
class AccessLogImport:
    """One import: what is taken from the log, and where it goes."""

    redis: Client
    site: str
    rules: Rules
    dedupe_window: int
    """In seconds; 0 counts every view."""
    plan: PartitionPlan

    async def run(self, log: LogFile, progress: Progress, tell: Callable[[int], None]) -> Summary:
        """Import what is new in the log and return what was found in all of it.

        `tell` is called with the position in the file, in bytes. Raises
        Trouble when Redis or the counter is away for long; running again
        goes on from there.
        """
        summary = Summary()
        writer = _Writer(self, progress, summary)
        for judged in _judged(log, self.rules, summary):
            summary.lines += 1
            if isinstance(judged.article, Skip):
                summary.skipped[judged.article] += 1
            else:
                summary.page_views += 1
            await writer.take(judged)
            if summary.lines % CHUNK_LINES == 0:
                tell(log.position)
        await writer.end(summary.lines)
        tell(log.size)
        summary.damage = log.damage
        return summary


def _judged(log: LogFile, rules: Rules, summary: Summary) -> Iterator[Judged]:
    """Yield every line that is whole, with what it is."""
    had_agent = False
    for number, (raw, ended) in enumerate(log.lines()):
        line = log_line.parse(raw)
        whole = isinstance(line, LogLine) and (line.agent is not None or not had_agent)
        if not ended and not whole:
            # A server is writing it just now; the next run will find all of it.
            summary.unfinished = True
            return
        if isinstance(line, Skip):
            summary.first_broken = summary.first_broken or Broken(number + 1, line, shown(raw))
            yield Judged(number, None, line)
            continue
        had_agent = line.agent is not None
        yield Judged(number, line, article_of(line, rules))


class _Writer:
    """Gathers the views of a chunk and writes them, stint after stint."""

    def __init__(self, job: AccessLogImport, progress: Progress, summary: Summary) -> None:
        self._job = job
        self._progress = progress
        self._summary = summary
        self._stint: Stint | None = None
        self._written: list[set[int]] = []
        self._first = 0
        self._chunk: list[Judged] = []

    async def take(self, judged: Judged) -> None:
        """Take the next line in, and write its chunk when it is full."""
        if judged.number < self._progress.done_lines:
            self._summary.already += judged.line is not None and not isinstance(judged.article, Skip)
            return
        if self._stint is not None and self._stint.until_line == judged.number:
            await self._close(judged.number)
        if self._stint is None:
            await self._begin()
        self._chunk.append(judged)
        if len(self._chunk) == CHUNK_LINES:
            await self._flush()

    async def end(self, lines: int) -> None:
        """Finish at the end of the log, which has so many lines."""
        if self._stint is not None:
            await self._close(lines)

    async def _begin(self) -> None:
        self._stint = await self._progress.begin(time.time_ns() // 1_000_000)
        self._written = await self._progress.written(self._job.plan.ever)
        self._first = self._stint.from_line

    async def _close(self, line: int) -> None:
        await self._progress.end_at(line)
        await self._flush()
        await self._progress.finish(line, self._job.plan.ever)
        self._stint = None

    async def _flush(self) -> None:
        first, chunk = self._first, self._chunk
        self._first, self._chunk = first + len(chunk), []
        for p, views in self._by_partition(chunk).items():
            if first in self._written[p]:
                self._summary.already += len(views)
            else:
                await self._write(p, first, views)
                self._summary.accepted += len(views)

    def _by_partition(self, chunk: list[Judged]) -> dict[int, list[View]]:
        found: dict[int, list[View]] = {}
        for judged in chunk:
            if judged.line is not None and not isinstance(judged.article, Skip):
                p, view = self._view(judged.line, judged.article)
                found.setdefault(p, []).append(view)
        return found

    def _view(self, line: LogLine, article: str) -> tuple[int, View]:
        """Return a view and its partition. It was received when the server wrote it down."""
        assert self._stint is not None  # noqa: S101 - a view is made within a stint
        # No day after the stint's own: a log from a clock that is ahead would meet a P that may still change.
        day = hours.day_stamp(min(line.at_ms, self._stint.started_ms) / 1000)
        salt = blake2b(day.encode(), digest_size=32, key=self._stint.salt).digest()
        visitor = visitor_hash(salt, self._job.site, line.address, line.agent or "")
        p = partition_of(visitor, None, self._job.plan.on(day))
        return p, View(self._job.site, article, line.at_ms, line.at_ms, visitor)

    async def _write(self, p: int, first: int, views: list[View]) -> None:
        """Put a chunk's part for one partition on its stream, and note it there."""
        assert self._stint is not None  # noqa: S101 - a chunk is written within a stint
        entries = []
        for start in range(0, len(views), MAX_VIEWS):
            named = entry_id(self._stint.started_ms, f"{self._progress.name} {p} {first} {start}")
            entries.append((p, Entry(named, views[start : start + MAX_VIEWS], self._job.dedupe_window)))
        mark = (keys.imported(p, self._progress.name), str(first))
        await write_once(self._job.redis, entries, mark)
