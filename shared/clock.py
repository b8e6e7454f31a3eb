"""A clock that follows no jump before it has lasted.

The clock of a machine is stepped now and then, by a day in the worst case: by
an operator, a bad time server, a host that wakes up. A view that is believed
to have happened a day later than it did would outrank everything for a day,
and windows that move back would count their readers again. How long something
took is known without that clock; so what it shows is compared with what it
should show, and a jump is followed only when it has stood for half an hour.
"""

import time
from collections.abc import Callable

TOLERANCE = 60.0
"""Seconds a clock may be off at once: it is set right by less all the time."""

PATIENCE = 1_800.0
"""Seconds after which a jump is believed."""

# The time that goes on while the machine sleeps, for that is no jump.
_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Return seconds since some moment, which no step of the machine's clock touches."""
    return time.clock_gettime(_ELAPSED)


class Steady:
    """What to believe of a clock that is read now and then, be it this machine's or that of Redis."""

    def __init__(self, elapsed: Callable[[], float] = elapsed) -> None:
        self._elapsed = elapsed
        self._ahead: float | None = None
        self._doubted_at: float | None = None

    def settle(self, shown: float) -> float:
        """Return the moment to believe when the clock shows `shown`, both in Unix seconds."""
        elapsed = self._elapsed()
        ahead = shown - elapsed
        if self._ahead is None or abs(ahead - self._ahead) <= TOLERANCE:
            self._ahead, self._doubted_at = ahead, None
            return shown
        if self._doubted_at is None:
            self._doubted_at = elapsed
        if elapsed - self._doubted_at >= PATIENCE:
            self._ahead, self._doubted_at = ahead, None
            return shown
        return elapsed + self._ahead
