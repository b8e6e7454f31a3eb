"""When each list is due."""

from typing import NamedTuple

from shared.listing import NAMES, RISING, TRENDING, name_of

EVERY_SECOND = (TRENDING, RISING, name_of("most-read", "1h"))
EVERY_MINUTE = tuple(name for name in NAMES if name not in EVERY_SECOND)

_MINUTE = 60.0
_SOON = 5.0
"""Seconds between two rankings of a long window whose articles or beginning keep changing."""


class Basis(NamedTuple):
    """What, beside the views, a list was ranked from."""

    catalogue_changed_at: float
    since: float | None
    unranked: frozenset[str] = frozenset()


class Schedule:
    """Which of the long windows are due; the short ones are due every second."""

    def __init__(self) -> None:
        self._ranked: dict[tuple[str, str], tuple[float, Basis | None]] = {}

    def due_at(self, site: str, name: str, basis: Basis) -> float:
        """Return the moment a list is due, in Unix seconds.

        That is at once when it was never ranked, soon when its articles or
        the beginning of its window have changed or it failed, else a minute on.
        """
        if (site, name) not in self._ranked:
            return 0.0
        at, before = self._ranked[site, name]
        return at + (_MINUTE if before == basis else _SOON)

    def tried(self, site: str, name: str, now: float, basis: Basis | None) -> None:
        """Note that a list was ranked just now from `basis`; None when it failed."""
        self._ranked[site, name] = (now, basis)

    def forget(self) -> None:
        """Have every list due at once, as under a new leader."""
        self._ranked.clear()


def is_due(at: float, now: float) -> bool:
    """Return whether a list that is due at one moment is to be ranked at another, both in Unix seconds.

    One that lies further ahead than any is put was ranked by a clock that has
    moved back since.
    """
    return not now < at <= now + _MINUTE
