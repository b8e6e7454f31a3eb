"""The lines of a log on disk, plain or gzipped."""

import fcntl
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from services.cli.trouble import Trouble

MAX_LINE = 65_536
"""Bytes of a line that are kept. A longer one cannot be a request and is read as a broken one."""

PREFIX = 65_536
_GZIP = b"\x1f\x8b"


class LogFile:
    """An open log. `size` and `position` are bytes on disk, for a progress bar."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises Trouble when it is no file that can be read, or is being imported already."""
        try:
            if not path.is_file():
                raise Trouble(f"FILE: {path} is no file" if path.exists() else f"FILE: there is no {path}")
            self._raw = path.open("rb")
        except OSError as error:
            raise Trouble(f"FILE: {path} cannot be read: {error.strerror}") from None
        try:
            # Two imports of one log at once would each believe in its own end of the file.
            fcntl.flock(self._raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._raw.close()
            raise Trouble(f"FILE: another import of {path} is at work; wait for it to end") from None
        except OSError:  # a file system without locks; what is left is the care of whoever starts it twice
            pass
        self.size = path.stat().st_size
        self._gzipped = self._raw.read(2) == _GZIP
        self.damage: str | None = None
        """Why an archive ended before its end; known when its lines have been read."""

    @property
    def position(self) -> int:
        """How far the file has been read."""
        return self._raw.tell()

    def close(self) -> None:
        """Let go of the file."""
        self._raw.close()

    def prefix(self) -> bytes:
        """Return its first 64 KiB, uncompressed: what tells one log from another."""
        try:
            return self._open().read(PREFIX)
        except (OSError, EOFError, zlib.error) as error:
            raise Trouble(f"FILE: the archive is damaged at its beginning: {error}") from None

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """Yield every line without its end, and whether it had one.

        What is damaged ends the lines early and is told by `damage`.
        """
        stream = self._open()
        try:
            while line := stream.readline(MAX_LINE):
                rest = line
                while len(rest) == MAX_LINE and not rest.endswith(b"\n"):
                    rest = stream.readline(MAX_LINE)
                yield line.rstrip(b"\r\n"), rest.endswith(b"\n")
        except (OSError, EOFError, zlib.error) as error:
            self.damage = str(error)

    def _open(self) -> BinaryIO:
        self._raw.seek(0)
        if not self._gzipped:
            return self._raw
        return io.BufferedReader(gzip.GzipFile(fileobj=self._raw))
