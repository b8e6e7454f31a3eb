"""A disk that can be filled up: a small file system of its own, or where nobody may mount one, a limit.

The limit is the largest size a process' files may have, which is what a user
who is not root can do to another process of theirs.
"""

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil

_FILLER = "filler"
_CHUNK = b"\0" * 65_536


class Disk(Protocol):
    """What a process writes on."""

    def fill(self) -> None:
        """Leave no room."""
        ...

    def empty(self) -> None:
        """Leave room again."""
        ...


class Mounted:
    """A file system that is mounted at a directory."""

    def __init__(self, directory: Path) -> None:
        self._filler = directory / _FILLER

    def fill(self) -> None:
        """Write until it is full to the last byte."""
        with self._filler.open("ab", buffering=0) as file:
            for chunk in (_CHUNK, b"\0"):
                _write_all(file.write, chunk)

    def empty(self) -> None:
        """Delete what was written to fill it."""
        self._filler.unlink()


class Limited:
    """The files of one process, whatever disk they are on."""

    def __init__(self, pid: Callable[[], int]) -> None:
        """`pid` tells which process that is now."""
        self._pid = pid

    def fill(self) -> None:
        """Let none of them grow."""
        self._may_write(1)

    def empty(self) -> None:
        """Let them grow."""
        self._may_write(resource.RLIM_INFINITY)

    def _may_write(self, most: int) -> None:
        psutil.Process(self._pid()).rlimit(psutil.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@contextmanager
def small_disk(directory: Path, size: str) -> Iterator[Mounted | None]:
    """Mount a file system of such a size, as `mount` has it, at a new directory; give None to who may not."""
    directory.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(directory)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield Mounted(directory)
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def _write_all(write: Callable[[bytes], int], chunk: bytes) -> None:
    try:
        while write(chunk):
            pass
    except OSError:
        return
