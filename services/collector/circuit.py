"""Whether it is worth trying a stream now, or it is known to be away.

While it is away one write tries it again now and then; all others go to the
spool at once, instead of waiting for the deadline each.
"""

import time
from collections.abc import Callable

from shared.outage import Outage

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 1.0
TRY = 2.0
"""Seconds for which whoever tries is waited for, before somebody else does; longer than any deadline."""


class Circuit:
    """One stream, as far as this process knows."""

    def __init__(self, now: Callable[[], float] = time.monotonic, *, outage: Outage | None = None) -> None:
        """`now` tells seconds that only go up; `outage` is told how it goes."""
        self._now = now
        self._outage = outage
        self._pause = FIRST_PAUSE
        self._until: float | None = None

    @property
    def closed(self) -> bool:
        """Whether the last write went through."""
        return self._until is None

    def may_try(self) -> bool:
        """Return whether to write now; whoever is told so says afterwards how it went."""
        if self._until is None:
            return True
        if (now := self._now()) < self._until:
            return False
        self._until = now + TRY
        return True

    def succeeded(self) -> None:
        """Note that a write went through."""
        self._until, self._pause = None, FIRST_PAUSE
        if self._outage is not None:
            self._outage.well()

    def failed(self, error: BaseException) -> None:
        """Note that a write failed: there is a pause, and a longer one each time."""
        if self._outage is not None:
            self._outage.failed(error)
        self._until = self._now() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


class Circuits(dict[int, Circuit]):
    """The streams of all partitions, each from when it is first asked for."""

    def __init__(self, meanwhile: str) -> None:
        """`meanwhile` is what becomes of the views of one that is away, for the log."""
        super().__init__()
        self._meanwhile = meanwhile

    def __missing__(self, partition: int) -> Circuit:
        outage = Outage(f"Redis takes no views of partition {partition}", self._meanwhile)
        return self.setdefault(partition, Circuit(outage=outage))
