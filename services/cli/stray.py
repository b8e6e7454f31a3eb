"""What Python itself would write to stderr, as events of the log.

A trace is many lines, and a line that is no event breaks whoever reads the log.
"""

import logging
import sys
import threading
from types import TracebackType

log = logging.getLogger(__name__)


def catch() -> None:
    """Log warnings, and failures that nobody caught, in whatever thread."""
    logging.captureWarnings(True)
    sys.excepthook = _fails
    sys.unraisablehook = lambda told: log.error(
        "%s", told.err_msg or "a failure is lost", exc_info=told.exc_value
    )
    threading.excepthook = lambda told: log.error("a thread fails", exc_info=told.exc_value)


def _fails(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("fails", exc_info=(kind, error, trace))
