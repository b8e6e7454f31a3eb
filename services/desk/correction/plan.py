"""Which views of an attack are taken out: those that stand out.

What is known of them is how many came in each hour by each partition. An
attack is what rises above the rest, so views are taken off the top, until no
cell is higher than a level that leaves as many as shall stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from shared.problem import Kind, Problem

Cells = Mapping[int, Sequence[int]]
"""Partition -> the views of one article in each hour of a range."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is taken out: `views`, or all but `keep`."""

    keep: int = 0
    views: int | None = None

    @property
    def word(self) -> str:
        """It in one word."""
        return f"keep={self.keep}" if self.views is None else f"views={self.views}"


def plan(cells: Cells, amount: Amount, taken: Mapping[int, int]) -> dict[int, list[int]]:
    """Return the views to take in each partition, by hour.

    `taken` are those that were taken before, by partition; such a partition is
    left alone. Raises Problem(CORRECTION_REFUSED) when there are not as many.
    """
    there = sum(map(sum, cells.values()))
    due = {p: hours for p, hours in cells.items() if p not in taken}
    available = sum(map(sum, due.values()))
    if amount.views is not None:
        missing = amount.views - sum(taken.values())
        if missing > available:
            _refuse("views", there)
    else:
        missing = min(there - amount.keep, available)
        if missing < 0 and not taken:
            _refuse("keep", there)
    cuts = iter(cut([views for hours in due.values() for views in hours], max(0, missing)))
    return {p: [next(cuts) for _ in hours] for p, hours in due.items()}


def cut(cells: Sequence[int], views: int) -> list[int]:
    """Return how many views to take out of each cell, `views` together.

    What is left of any two cells that are cut differs by one at most. Raises
    ValueError when there are not as many.
    """
    if not 0 <= views <= sum(cells):
        raise ValueError(f"{views} of {sum(cells)} views cannot be taken out")
    # The highest level above which at least as many views stand.
    low, high = 0, max(cells, default=0)
    while low < high:
        level = (low + high + 1) // 2
        if _above(cells, level) >= views:
            low = level
        else:
            high = level - 1
    surplus = _above(cells, low) - views
    found = []
    for cell in cells:
        spared = cell > low and surplus > 0
        surplus -= spared
        found.append(max(0, cell - low) - spared)
    return found


def _above(cells: Sequence[int], level: int) -> int:
    return sum(max(0, cell - level) for cell in cells)


def _refuse(field: str, there: int) -> NoReturn:
    detail = f"{field}: there are {there:,} views in these hours"
    raise Problem(Kind.CORRECTION_REFUSED, detail, field=field, there=there)
