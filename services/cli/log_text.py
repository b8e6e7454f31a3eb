"""A line of the log as plain text, for whoever reads it at a terminal."""

import logging
import time
import traceback

from services.cli.log_record import ExcInfo, names


class TextLine(logging.Formatter):
    """Makes one line of an event, whatever its message holds."""

    converter = staticmethod(time.gmtime)

    def __init__(self, process: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {process}: %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name logging calls
        """Return an exception and where it came from, innermost first."""
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in reversed(traceback.extract_tb(ei[2]))]
        what = "".join(traceback.format_exception_only(ei[1])).strip()
        return f"{what}, at {' < '.join(frames)}"

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of plain text."""
        line = ": ".join(super().format(record).splitlines())
        line += "".join(f" {name}={value}" for name, value in names(record).items())
        # What a terminal obeys could wipe a line out and write another in its place.
        return line if line.isprintable() else "".join(map(_shown, line))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
