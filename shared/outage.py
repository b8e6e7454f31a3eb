"""Something that fails again and again, and how seldom the log says so.

Once when it begins, with what is done meanwhile; once a minute while it lasts;
once when it is over, with how long it took.
"""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

AGAIN = 60.0
"""Seconds between two lines about one that lasts."""

APART = 10.0
"""Seconds after the end of one within which another is not told: what fails now and then fills no log."""


class Outage:
    """What one loop cannot do for now."""

    def __init__(self, what: str, meanwhile: str = "", *, now: Callable[[], float] = time.monotonic) -> None:
        """`what` is so then, and `meanwhile` is what is done; `now` tells seconds that only go up."""
        self._what = what
        self._meanwhile = f"; {meanwhile}" if meanwhile else ""
        self._now = now
        self._since: float | None = None
        self._told_at = float("-inf")
        self._told = False

    def failed(self, error: BaseException | str, *, unforeseen: bool = False) -> None:
        """Note that it failed, and why; of an `unforeseen` failure the first line says where, too."""
        now = self._now()
        why = str(error) or type(error).__name__
        if self._since is None:
            self._since = now
            if now - self._told_at >= APART:
                trace = error if unforeseen and isinstance(error, BaseException) else None
                self._tell(now, f"{self._what}: {why}{self._meanwhile}", trace)
        elif now - max(self._told_at, self._since) >= AGAIN:
            self._tell(now, f"{self._what}, for {_span(now - self._since)} now: {why}")

    def well(self) -> None:
        """Note that it went well."""
        if self._since is None:
            return
        now = self._now()
        if self._told:
            self._tell(now, f"over after {_span(now - self._since)}: {self._what}")
        self._since, self._told = None, False

    def _tell(self, now: float, line: str, trace: BaseException | None = None) -> None:
        log.log(logging.ERROR if trace else logging.WARNING, "%s", line, exc_info=trace)
        self._told_at, self._told = now, True


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * AGAIN else f"{seconds / 60:.0f} min"
