"""Where the log of a process goes: to stderr, one line an event, for a person or for a program."""

import logging
import sys
from typing import Literal, TextIO

from services.cli import stray
from services.cli.log_json import JsonLine
from services.cli.log_text import TextLine
from shared.settings import Settings

Format = Literal["json", "text"]

_OURS = ("services", "shared")


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes each event as one line, also one whose arguments do not fit its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of an event."""
        try:
            record.getMessage()
        except Exception:  # else logging prints a trace of its own, line by line, past every format
            record.msg, record.args = f"{record.msg!s} (its arguments do not fit: {record.args!r})", ()
        return super().format(record)


def configure(process: str, level: str, form: Format | None = None) -> None:
    """Send the log of this process to stderr, each line with the name of the process.

    Without a `form` it is text for the person at a terminal, and JSON for
    whatever else takes it.
    """
    handler = _Stderr()
    as_text = form == "text" if form else sys.stderr.isatty()
    handler.setFormatter(TextLine(process) if as_text else JsonLine(process))
    # Other people's modules speak up only when something is wrong.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # What a stranger sends that is no HTTP is no event of ours, and would be a line for each.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())


def begin(process: str, settings: Settings) -> None:
    """Have everything that this process says from now on be a line of its log."""
    configure(process, settings.log_level, settings.log_format)
    stray.catch()


def adopt() -> None:
    """Have imported modules that brought their own log handlers speak through ours, as others do."""
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers.clear()
            logger.propagate = True
            logger.setLevel(logging.WARNING)


def tell(text: str) -> None:
    """Tell the person who started this: as it is where the log is text, else as an event of the log."""
    if any(isinstance(handler.formatter, JsonLine) for handler in logging.getLogger().handlers):
        logging.getLogger(__name__).info(" ".join(text.split()))
    else:
        sys.stderr.write(f"{text}\n")
