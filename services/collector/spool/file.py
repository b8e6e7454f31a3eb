"""One spool file: an SQLite database with a row for each entry.

All of it blocks, and is done in the one thread of the spool. A row is durable
when `add` returns: the write-ahead log is synchronised with every commit.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgpack

from services.collector.spool.lock import SUFFIX, Lock
from services.collector.streams import Packed, new_writer

log = logging.getLogger(__name__)

OVERHEAD = 150
"""Bytes a row takes beside its entry."""

SMALL = 1_000_000
"""Bytes above which a file that nothing waits in is given back to the disk."""

BUSY = 0.2
"""Seconds to wait for whoever reads the file, such as an audit."""

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        partition INTEGER NOT NULL,
        writer TEXT NOT NULL,
        writer_number INTEGER NOT NULL,
        views INTEGER NOT NULL,
        entry BLOB NOT NULL,
        bytes INTEGER NOT NULL,
        written_at REAL NOT NULL
    );
    CREATE INDEX IF NOT EXISTS by_partition ON entries (partition, number);
"""


_INSERT = """
    INSERT INTO entries (id, partition, writer, writer_number, views, entry, bytes, written_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


class Attempt(NamedTuple):
    """The writer under whose name an entry may have been written already, and its number there."""

    writer: str
    number: int


class Row(NamedTuple):
    """One entry that waits. `written_at` is in Unix seconds, `bytes` what it takes of the bound."""

    row: int
    partition: int
    attempt: Attempt
    entry: Packed
    bytes: int
    written_at: float


class SpoolFile:
    """An open spool file that this process owns."""

    def __init__(self, path: Path, lock: Lock) -> None:
        """Raises sqlite3.Error when it cannot be opened; the lock is then still held."""
        self.path = path
        self.rows: Counter[int] = Counter()
        """How many rows each partition has."""
        self.bytes = 0
        self._forgotten: Counter[int] = Counter()
        self._grown = False
        self._lock = lock
        self._database = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        try:
            # With the log one synchronisation a commit is enough; without it there are three.
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(_SCHEMA)
            self._count()
        except sqlite3.Error:
            self._database.close()
            raise

    @classmethod
    def new(cls, directory: Path) -> "SpoolFile":
        """Return a new file. Raises OSError or sqlite3.Error."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / f"{new_writer()}{SUFFIX}"
        lock = Lock.take(path)
        if lock is None:
            raise FileExistsError(path)
        try:
            return cls(path, lock)
        except BaseException:
            lock.remove(path)
            raise

    @property
    def entries(self) -> int:
        """How many entries wait."""
        return self.rows.total()

    def add(self, partition: int, entries: Iterable[tuple[Attempt | None, Packed]], now: float) -> None:
        """Make entries durable, all or none; `now` is in Unix seconds.

        Raises sqlite3.Error, as when the disk is full.
        """
        rows = []
        for attempt, entry in entries:
            body = msgpack.packb(entry.fields)
            size = len(body) + OVERHEAD
            writer, number = attempt or ("", 0)
            rows.append((entry.entry_id, partition, writer, number, entry.views, body, size, now))
        with self._transaction():
            self._database.executemany(_INSERT, rows)
        self._changed(partition, len(rows), sum(row[6] for row in rows))

    def oldest(self, partition: int, count: int) -> list[Row]:
        """Return the oldest rows of a partition, at most `count`. Raises sqlite3.Error."""
        asked = "SELECT * FROM entries WHERE partition = ? AND number > ? ORDER BY number LIMIT ?"
        given = (partition, self._forgotten[partition], count)
        return [row_of(self.path, found) for found in self._database.execute(asked, given)]

    def forget(self, rows: Sequence[Row]) -> None:
        """Forget the oldest rows of a partition.

        That takes room on the disk for a moment. Where there is none, only this
        process forgets them, until it deletes the file with the last of them.
        """
        partition = rows[0].partition
        self._forgotten[partition] = rows[-1].row
        self._changed(partition, -len(rows), -sum(row.bytes for row in rows))
        try:
            with self._transaction():
                self._database.execute(
                    "DELETE FROM entries WHERE partition = ? AND number <= ?", (partition, rows[-1].row)
                )
        except sqlite3.Error as error:
            log.warning("entries that are brought back are not deleted from the spool: %s", error)
            self._grown = True

    @property
    def spent(self) -> bool:
        """Whether nothing waits in it and it takes more room than an empty file."""
        return not self.rows and (self._grown or self.path.stat().st_size > SMALL)

    def since(self) -> float:
        """Return when the oldest row was written, in Unix seconds; 0 without one. Raises sqlite3.Error."""
        if not self.rows:
            return 0.0
        found = self._database.execute("SELECT written_at FROM entries ORDER BY number LIMIT 1").fetchone()
        return found[0] if found else 0.0

    def close(self) -> None:
        """Let go of the file; one without rows is deleted."""
        self._database.close()
        if self.rows:
            self._lock.release()
        else:
            self.path.unlink(missing_ok=True)
            self._lock.remove(self.path)

    def abandon(self) -> None:
        """Let go of the file as it is, without a look at it."""
        self._database.close()
        self._lock.release()

    def _count(self) -> None:
        partitions = self._database.execute("SELECT DISTINCT partition FROM entries").fetchall()
        of_one = "SELECT count(*), coalesce(sum(bytes), 0) FROM entries WHERE partition = ? AND number > ?"
        self.rows, self.bytes = Counter(), 0
        for (partition,) in partitions:
            rows, size = self._database.execute(of_one, (partition, self._forgotten[partition])).fetchone()
            self._changed(partition, rows, size)

    def _changed(self, partition: int, rows: int, size: int) -> None:
        # Another one each time, since the loop reads it meanwhile.
        self.rows = +Counter({**self.rows, partition: self.rows[partition] + rows})
        self.bytes += size

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                self._count()
            raise


def row_of(path: Path, found: Sequence[Any]) -> Row:
    """Return a row of the file at `path` as its table has it.

    An entry that was not tried before it was spooled is first written by its
    file: that is the writer, and the place in the file the number.
    """
    row, entry_id, partition, writer, number, views, body, size, written_at = found
    attempt = Attempt(writer, number) if writer else Attempt(path.stem, row)
    return Row(row, partition, attempt, Packed(entry_id, views, msgpack.unpackb(body)), size, written_at)
