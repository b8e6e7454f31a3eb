"""How much of a site's views the heaviest address carries.

Found in bounded memory: the summary of Misra and Gries (Finding repeated
elements, 1982) keeps as many addresses as have room. When one more comes, it
and one view of each kept one are taken away, so none is told with more than it
has, and with less by at most views / (room + 1). An address is a hash under a
key that this process made up.
"""

import os

FEWEST = 1_000
"""Views below which a share says nothing."""

_ROOM = 200
_EVERY = 100
_SPAN = 3_600.0
"""Seconds after which counting begins anew, so that what was mended is soon forgotten."""


class HeaviestAddress:
    """Counts the views of one site by address, for an hour at a time."""

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._views = 0
        self._by: dict[int, int] = {}
        self._since: float | None = None

    def add(self, address: str, now: float) -> float | None:
        """Count one view; return the share of the heaviest address whenever it is time to tell, else None.

        `now` is in seconds of any clock that only goes forward.
        """
        by, whose = self._by, hash(self._key + address.encode())
        if whose in by:
            by[whose] += 1
        elif len(by) < _ROOM:
            by[whose] = 1
        else:
            self._by = {one: views - 1 for one, views in by.items() if views > 1}
        self._views += 1
        if self._since is None:
            self._since = now
        if self._views % _EVERY or self._views < FEWEST:
            return None
        share = max(self._by.values(), default=0) / self._views
        if now - self._since >= _SPAN:
            self._views, self._by, self._since = 0, {}, now
        return share
