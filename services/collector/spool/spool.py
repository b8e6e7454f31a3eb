"""The spool of one process: its own file, and what it took over of processes that are gone.

Nothing is touched on disk before the first entry has to wait.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from services.collector.spool.file import Attempt, Row, SpoolFile
from services.collector.spool.lock import SUFFIX, Lock
from services.collector.streams import Packed
from shared.metrics import SpoolMetrics

T = TypeVar("T")

log = logging.getLogger(__name__)

DIRECTORY = "spool"
"""Where the files are, below the data directory."""

PATIENCE = 2.0
"""Seconds the disk has to take an entry: a view that is late is better than one that is refused."""

CLOSE = 3.0
"""Seconds the disk has to close the files at the end."""

_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOST = (*_UNREADABLE, sqlite3.SQLITE_READONLY)


class Refused(Exception):
    """The spool does not take an entry; the message says why."""


class Waiting(NamedTuple):
    """Rows of one partition, and the file they are in."""

    file: SpoolFile
    rows: Sequence[Row]


class Spool:
    """Takes entries, and gives them back oldest first."""

    def __init__(
        self, directory: Path, max_bytes: int, metrics: SpoolMetrics, now: Callable[[], float]
    ) -> None:
        """`max_bytes` bounds what waits, but for one group of views; `now` tells Unix seconds."""
        self._now = now
        self._directory = directory
        self._max_bytes = max_bytes
        self._metrics = metrics
        self._own: SpoolFile | None = None
        self._others: list[SpoolFile] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._late: asyncio.Future[None] | None = None
        self._closed = False
        self.broken = ""
        """Why the last entry was not taken, empty when it was."""

    @property
    def entries(self) -> int:
        """How many entries wait."""
        return sum(file.entries for file in self._files())

    @property
    def bytes(self) -> int:
        """What they take."""
        return sum(file.bytes for file in self._files())

    @property
    def partitions(self) -> set[int]:
        """The partitions whose entries wait."""
        return {partition for file in self._files() for partition in file.rows}

    async def add(self, partition: int, entries: Sequence[tuple[Attempt | None, Packed]]) -> None:
        """Return once entries are durable. Raises Refused when they are not, or not in time."""
        if self.bytes >= self._max_bytes:
            raise self._refuse("max-bytes", f"it has the {self._max_bytes} bytes it may have")
        if self._late is not None and not self._late.done():
            raise self._refuse("disk", "the disk still has to take what came before")
        adding = self._do(lambda: self._add(partition, entries))
        done, _ = await asyncio.wait({adding}, timeout=PATIENCE)
        if not done:
            self._late = adding
            adding.add_done_callback(asyncio.Future.exception)
            raise self._refuse("disk", f"the disk takes longer than {PATIENCE} s")
        if (failure := adding.exception()) is not None:
            raise self._refuse("disk", f"{type(failure).__name__}: {failure}") from None
        self.broken = ""
        self._metrics.entries_spooled.inc(len(entries))
        self._metrics.views_spooled.inc(sum(entry.views for _, entry in entries))

    async def oldest(self, partition: int, count: int) -> Waiting | None:
        """Return rows of a partition, what was taken over before the own; None without any.

        Raises sqlite3.Error, or OSError.
        """
        return await self._do(lambda: self._oldest(partition, count))

    async def forget(self, waiting: Waiting) -> None:
        """Forget the oldest rows of a file and partition, because they are elsewhere now."""
        await self._do(lambda: self._forget(waiting))
        self.broken = ""

    async def adopt(self) -> None:
        """Take over the files of processes that are gone."""
        await self._do(self._adopt)

    async def close(self) -> None:
        """Let go of every file. Doing it again does nothing."""
        if self._closed:
            return
        self._closed = True
        await asyncio.wait({self._do(self._close)}, timeout=CLOSE)
        self._thread.shutdown(wait=False)

    def _do(self, work: Callable[[], T]) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _files(self) -> list[SpoolFile]:
        return [*self._others, *([self._own] if self._own else [])]

    def _refuse(self, reason: str, why: str) -> Refused:
        self._metrics.failures.labels(reason).inc()
        if why != self.broken:
            log.error("the spool takes nothing: %s", why)
        self.broken = why
        return Refused(why)

    # Below here everything is done in the thread.

    def _add(self, partition: int, entries: Sequence[tuple[Attempt | None, Packed]]) -> None:
        if self._own is not None and not self._own.path.exists():
            log.error("the spool file %s is gone", self._own.path.name)
            self._own.abandon()
            self._own = None
        if self._own is None:
            self._own = SpoolFile.new(self._directory)
        try:
            self._own.add(partition, entries, self._now())
        except sqlite3.Error as error:
            if _primary(error) in _LOST:
                # What it has may still be read; what comes next gets another file.
                self._others.append(self._own)
                self._own = None
            raise
        finally:
            self._tell()

    def _oldest(self, partition: int, count: int) -> Waiting | None:
        for file in self._files():
            if partition in file.rows:
                try:
                    return Waiting(file, file.oldest(partition, count))
                except sqlite3.DatabaseError as error:
                    if _primary(error) not in _UNREADABLE:
                        raise
                    self._set_aside(file)
        return None

    def _forget(self, waiting: Waiting) -> None:
        file = waiting.file
        file.forget(waiting.rows)
        if file is self._own and file.spent:
            self._own = None
            file.close()
        elif file in self._others and not file.entries:
            self._others.remove(file)
            file.close()
        self._tell()

    def _adopt(self) -> None:
        held = {file.path for file in self._files()}
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            if path not in held:
                self._adopt_one(path)
        self._tell()

    def _adopt_one(self, path: Path) -> None:
        try:
            lock = Lock.take(path)
            if lock is None:
                return
            # It may have been deleted between the two.
            if not path.exists():
                lock.remove(path)
                return
            file = self._open(path, lock)
        except (OSError, sqlite3.Error) as error:
            log.warning("the spool file %s cannot be taken over: %s", path.name, error)
            return
        if file.entries:
            log.info("%d entries of an earlier process wait in %s", file.entries, path.name)
            self._others.append(file)
        else:
            file.close()

    def _open(self, path: Path, lock: Lock) -> SpoolFile:
        try:
            return SpoolFile(path, lock)
        except sqlite3.Error as error:
            if _primary(error) in _UNREADABLE:
                self._rename(path)
            lock.release()
            raise

    def _set_aside(self, file: SpoolFile) -> None:
        file.abandon()
        if file is self._own:
            self._own = None
        else:
            self._others.remove(file)
        log.error("the spool file %s cannot be read any more", file.path.name)
        self._rename(file.path)

    def _rename(self, path: Path) -> None:
        """Keep a file that cannot be read for whoever can repair it."""
        self._metrics.failures.labels("unreadable").inc()
        for end in ("", "-wal"):
            found = path.with_name(path.name + end)
            if found.exists():
                found.rename(path.with_name(f"{path.stem}.unreadable{end}"))

    def _close(self) -> None:
        for file in self._files():
            file.close()
        self._own, self._others = None, []

    def _tell(self) -> None:
        moments = []
        for file in self._files():
            try:
                moments.append(file.since())
            except sqlite3.Error:
                continue
        self._metrics.entries.set(self.entries)
        self._metrics.bytes.set(self.bytes)
        self._metrics.oldest.set(min((moment for moment in moments if moment), default=0))


def _primary(error: sqlite3.Error) -> int:
    """Return the primary result code of SQLite, 0 where there is none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
