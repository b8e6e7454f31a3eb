"""What an event of the log is about beside its message: the request, and the trace."""

import logging
from types import TracebackType

from shared.tracing import trace_id

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def names(record: logging.LogRecord) -> dict[str, str]:
    """Return `request_id` and `trace_id`, each where there is one."""
    found = {"request_id": getattr(record, "request_id", None), "trace_id": trace_id()}
    return {name: value for name, value in found.items() if value is not None}
