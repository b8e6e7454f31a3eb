"""The exact first K over boards that add up, without reading every board whole.

What an article is worth is the sum of what each board gives it: over
partitions, and for most-read over hours and days too. The first K of the sum
need not be among the first K of any board. So the highest `count` of each are
taken, and whatever turned up on one is looked up on all. What turned up
nowhere is worth at most the sum of the last values taken; once the K-th total
lies above that, no article has been missed. Until then `count` is doubled.
(R. Fagin, A. Lotem and M. Naor, "Optimal aggregation algorithms for
middleware", 2001, certify a top K by the same bound.)

Two articles are tied when they differ by a billionth or less, which is what
the arithmetic of decay leaves open. "Tied" cannot be asked of two articles
alone, or a chain of ties would tie everything: from the top, the highest
article not placed yet and all within a billionth of it are one run, and a run
is ordered by publication, the newest first, and then by id.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

TIE = 1e-9
"""Totals that differ by this share or less are tied."""

NO_FACTORS: Mapping[str, float] = {}

Total = tuple[str, float]
"""An article and what it is worth."""


@dataclass(frozen=True, slots=True)
class Top:
    """The highest values of one board."""

    values: Mapping[str, float]
    rest: float
    """The most that an article which is not among `values` can be worth on this board."""
    complete: bool
    """Whether the board holds nothing else, so that it need not be asked again."""


class Boards(Protocol):
    """Boards that add up, wherever they are kept."""

    async def tops(self, count: int) -> Sequence[Top]:
        """Return the highest `count` of each board."""

    async def look_up(self, wanted: Sequence[Collection[str]]) -> Sequence[Mapping[str, float]]:
        """Return, for each board, the values of the ids wanted of it; one it does not hold is left out."""


async def first(
    boards: Boards,
    depth: int,
    eligible: Collection[str],
    published: Callable[[str], float],
    factors: Mapping[str, float] = NO_FACTORS,
) -> list[Total]:
    """Return the first `depth` of the eligible articles, in order; nothing that is worth nothing.

    `published` gives the publication time of an eligible article; what an
    article in `factors` is worth is multiplied. What is on a board and not
    eligible costs time, never a place.
    """
    count = 2 * depth
    while True:
        tops = await boards.tops(count)
        totals = multiplied(await _totals(boards, tops, eligible, factors), factors)
        found = ordered(totals, published)[:depth]
        if all(top.complete for top in tops) or certified(found, depth, sum(top.rest for top in tops)):
            return found
        count *= 2
        if 2 * count >= len(eligible):
            # The boards are flat, or full of what is not eligible. Asking for every article costs no more
            # than the next round would, and settles it.
            answers = await boards.look_up([eligible] * len(tops))
            return ordered(multiplied(add(answers), factors), published)[:depth]


def certified(found: Sequence[Total], depth: int, rest: float) -> bool:
    """Return whether no article worth at most `rest` can belong among the first `depth`.

    A tie counts against it: an unseen article might be the newer one.
    """
    return len(found) >= depth and min(worth for _, worth in found) * (1 - TIE) > rest


def ordered(totals: Mapping[str, float], published: Callable[[str], float]) -> list[Total]:
    """Return the articles from the highest total down, ties by publication and id; none worth nothing."""
    order: list[Total] = []
    run: list[Total] = []
    limit = 0.0
    for total in sorted(totals.items(), key=_worth, reverse=True):
        if total[1] <= 0:
            break
        if run and total[1] < limit:
            order += _run(run, published)
            run = []
        if not run:
            limit = total[1] * (1 - TIE)
        run.append(total)
    return order + _run(run, published)


def add(boards: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return what the articles of some boards are worth together."""
    totals: dict[str, float] = {}
    for values in boards:
        for article_id, value in values.items():
            totals[article_id] = totals.get(article_id, 0.0) + value
    return totals


def multiplied(totals: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Return what articles are worth with their factors; one that has none is worth itself."""
    return {**totals, **{i: totals[i] * factor for i, factor in factors.items() if i in totals}}


async def _totals(
    boards: Boards, tops: Sequence[Top], eligible: Collection[str], factors: Collection[str]
) -> dict[str, float]:
    known = [{i: value for i, value in top.values.items() if i in eligible} for top in tops]
    # The bound says nothing of what is multiplied, so that is looked up wherever it stands.
    union = {i for i in factors if i in eligible}.union(*known)
    wanted = [
        set() if top.complete else union - values.keys() for top, values in zip(tops, known, strict=True)
    ]
    if any(wanted):
        answers = await boards.look_up(wanted)
        # Per board, so that an article's values are added in the same order whichever way they came.
        known = [values | dict(answer) for values, answer in zip(known, answers, strict=True)]
    return add(known)


def _run(run: list[Total], published: Callable[[str], float]) -> list[Total]:
    if len(run) < 2:
        return run
    return sorted(run, key=lambda total: (-published(total[0]), total[0]))


def _worth(total: Total) -> float:
    return total[1]
