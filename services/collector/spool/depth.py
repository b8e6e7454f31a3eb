"""How much waits in the spools of a directory, without reading it all."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from services.collector.spool.file import BUSY
from services.collector.spool.lock import SUFFIX

_ASKED = "SELECT count(*), coalesce(sum(views), 0), coalesce(sum(bytes), 0), min(written_at) FROM entries"


class Depth(NamedTuple):
    """What waits, whoever owns it."""

    entries: int = 0
    views: int = 0
    bytes: int = 0
    since: float = 0.0
    """When the oldest row was written, in Unix seconds; 0 without one."""


EMPTY = Depth()


def depth_of(directory: Path) -> Depth:
    """Return how much waits in a directory. Raises sqlite3.Error where a file is unreadable."""
    found = [_depth(path) for path in sorted(directory.glob(f"*{SUFFIX}"))]
    return Depth(
        sum(one.entries for one in found),
        sum(one.views for one in found),
        sum(one.bytes for one in found),
        min((one.since for one in found if one.since), default=0.0),
    )


def _depth(path: Path) -> Depth:
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY)
        try:
            entries, views, size, since = database.execute(_ASKED).fetchone()
        finally:
            database.close()
    except sqlite3.OperationalError:
        # It is deleted when its last entry is gone.
        if path.exists():
            raise
        return EMPTY
    return Depth(entries, views, size, since or 0.0)
