"""Who holds the data directory.

The lock is an flock on DATA_DIR/lock. A lock of that kind belongs to the open
file, not to a process, and every child inherits the open file. So it is free
only when the supervisor and the last of its children are gone, however they
went, and two Valkeys can never open one append-only file.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

import typer

from services.cli.running import LOCK
from services.cli.trouble import Trouble

PATIENCE = 10.0
"""Seconds to wait for what a killed supervisor left behind; children end sooner."""


class Lock:
    """The lock of one data directory, held by its open file `fd`."""

    def __init__(self, data_dir: Path) -> None:
        """Open it, making the directory. Raises Trouble when it cannot be written."""
        self._data_dir = data_dir
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self.fd = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Trouble(
                f"data_dir: {data_dir} cannot be used: {error.strerror}; give another --data-dir"
            ) from None

    async def take(self, patience: float = PATIENCE) -> None:
        """Wait for the lock, `patience` seconds at most. Raises Trouble that names who holds it."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        told = False
        while not self._try():
            holder = self._holder()
            if loop.time() > deadline:
                raise Trouble(
                    f"data_dir: {self._data_dir} is in use by {holder}; stop it, or give another --data-dir"
                )
            if not told:
                typer.echo(f"{self._data_dir} is in use by {holder}; waiting for it to end", err=True)
                told = True
            await asyncio.sleep(0.05)
        self.name([os.getpid()])

    def name(self, pids: Iterable[int]) -> None:
        """Write down who holds the lock, for whoever meets it."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, (" ".join(str(pid) for pid in pids) + "\n").encode(), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> str:
        """Return the first of those that hold it and still live, which is the supervisor while it does."""
        for pid in os.pread(self.fd, 1_000, 0).decode().split():
            if _lives(int(pid)):
                return f"pid {pid}"
        return "another process"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as somebody else
        return True
    return True
