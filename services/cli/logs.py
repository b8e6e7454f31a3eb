"""Log lines: to stderr, one plain line an event."""

import logging
import time
import traceback
from types import TracebackType

_OURS = ("services", "shared")
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class _OneLine(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name logging calls
        """Return an exception and where it came from, innermost first."""
        frames = [f"{f.filename}:{f.lineno} {f.name}" for f in reversed(traceback.extract_tb(ei[2]))]
        what = "".join(traceback.format_exception_only(ei[1])).strip()
        return f"{what}, at {' < '.join(frames)}"

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of plain text, whatever its message holds."""
        line = ": ".join(super().format(record).splitlines())
        # What a terminal obeys could wipe a line out and write another in its place.
        return line if line.isprintable() else "".join(map(_shown, line))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def configure(process: str, level: str) -> None:
    """Send the log of this process to stderr, each line with the name of the process."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _OneLine(f"%(asctime)s %(levelname)s {process}: %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    )
    # Other people's modules speak up only when something is wrong.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def adopt() -> None:
    """Have imported modules that brought their own log handlers speak through ours, as others do."""
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers.clear()
            logger.propagate = True
            logger.setLevel(logging.WARNING)
