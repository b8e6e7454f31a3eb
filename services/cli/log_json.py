"""A line of the log as a JSON object, for whatever collects logs.

Everything beyond printable ASCII is escaped, so no message can end the line
or write another one. A line is never longer than a pipe takes in one piece:
the lines of several processes that share one never mix.
"""

import json
import logging
import traceback
from datetime import UTC, datetime

from services.cli.log_record import names

MOST = 4_096
"""Bytes of a line with its end: what Linux writes to a pipe in one piece."""

_LONG = ("message", "error", "traceback")
_CUT = " ... "


class JsonLine(logging.Formatter):
    """Makes one JSON object of an event: time, level, service, pid, logger, message, and what there is."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one line of JSON."""
        told: dict[str, str | int] = {
            "time": moment(record.created),
            "level": record.levelname.lower(),
            "service": self._process,
            "pid": record.process or 0,
            "logger": record.name,
            "message": record.getMessage(),
            **names(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            failure = record.exc_info[1]
            told["error"] = "".join(traceback.format_exception_only(failure)).strip()
            told["traceback"] = "".join(traceback.format_exception(failure)).strip()
        elif record.stack_info:
            told["traceback"] = record.stack_info
        return _fitting(told)


def moment(created: float) -> str:
    """Return Unix seconds as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fitting(told: dict[str, str | int]) -> str:
    """Return what is told as JSON that fits a line; what is too long loses its middle."""
    line = json.dumps(told)
    while len(line) >= MOST:
        name = max(_LONG, key=lambda one: len(json.dumps(told.get(one, ""))))
        text = str(told[name])
        kept = max(len(text) * 3 // 8, 1)
        told[name] = text[:kept].removesuffix(_CUT) + _CUT + text[-kept:].removeprefix(_CUT)
        line = json.dumps(told)
    return line
