"""What waits in the spools of a directory, for whoever only looks: an audit."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from services.collector.spool.file import BUSY, Row, row_of
from services.collector.spool.lock import SUFFIX
from shared import keys
from shared.connection import Client


def rows_in(directory: Path) -> list[Row]:
    """Return every row of every spool file, whoever owns it. Raises sqlite3.Error where one is unreadable."""
    rows = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)
        try:
            rows += [row_of(path, found) for found in database.execute("SELECT * FROM entries")]
        except sqlite3.OperationalError:
            # It is deleted when its last entry is gone.
            if path.exists():
                raise
        finally:
            database.close()
    return rows


async def not_written(redis: Client, rows: Iterable[Row]) -> Counter[int]:
    """Return the views of each partition that are in the spool alone.

    A write that timed out may have been written: then its entry is on the
    stream, and its row waits only to be recognised.
    """
    views: Counter[int] = Counter()
    for row in rows:
        last = await redis.get(keys.writer(row.partition, row.attempt.writer))
        if int(last or 0) < row.attempt.number:
            views[row.partition] += row.entry.views
    return views
