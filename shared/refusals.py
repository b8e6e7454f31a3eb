"""What the log says of requests that are refused.

A fault of ours is told each time, with its trace; what could not be served
only now and then, since such requests come by the thousand; and what was
wrong with a request only at the level debug. A line says nothing of a request
but its name, so that a report can be found, and which address of ours it asked.
"""

import logging
from time import monotonic

from shared.problem import Kind, Problem

log = logging.getLogger(__name__)

SELDOM = 10.0
"""Seconds between two lines about requests that could not be served."""


class Refusals:
    """Tells of the refusals of one application."""

    def __init__(self) -> None:
        self._told_at = -SELDOM
        self._untold = 0

    def tell(self, name: str, asked: str, problem: Problem) -> None:
        """Write down that the request of this name was refused; a fault is the exception under way."""
        about = {"request_id": name}
        if problem.kind is Kind.INTERNAL:
            log.exception("%s failed", asked, extra=about)
        elif problem.kind.status < 500:
            log.debug("%s is refused: %s", asked, problem.kind.slug, extra=about)
        elif monotonic() - self._told_at < SELDOM:
            self._untold += 1
            log.debug("%s cannot be served: %s", asked, problem.kind.slug, extra=about)
        else:
            more = f", and {self._untold} more since the last line" if self._untold else ""
            log.warning("%s cannot be served: %s%s", asked, problem.kind.slug, more, extra=about)
            self._told_at, self._untold = monotonic(), 0
