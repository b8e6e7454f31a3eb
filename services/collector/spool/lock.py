"""Whose a spool file is.

Beside NAME.sqlite3 lies NAME.lock, and whoever holds an flock on it owns the
file. The kernel lets go of it when its process ends, however that ends; a
file whose lock can be taken belongs to nobody. It is a file of its own,
because closing a second descriptor of a database drops the locks of SQLite.
"""

import fcntl
import os
from pathlib import Path

SUFFIX = ".sqlite3"


class Lock:
    """The lock of one spool file, held until it is released."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Path) -> "Lock | None":
        """Return the lock of a spool file, None while another process holds it. Raises OSError."""
        descriptor = os.open(_beside(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def release(self) -> None:
        """Let others have the file."""
        os.close(self._descriptor)

    def remove(self, database: Path) -> None:
        """Delete the lock of a file that is gone, then let go of it."""
        _beside(database).unlink(missing_ok=True)
        self.release()


def _beside(database: Path) -> Path:
    return database.with_suffix(".lock")
