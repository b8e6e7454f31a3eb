"""Who read what and when, in slices of time: what rankings are compared on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from shared.hours import HOUR

SLICE = 1_200
"""Seconds of a slice."""

SLICES_AN_HOUR = HOUR // SLICE


@dataclass(frozen=True)
class Attention:
    """Moments are Unix seconds; slice number n begins at `begins + n * SLICE`."""

    name: str
    begins: float
    published: Mapping[str, float]
    """Article -> when it was published."""
    slices: Sequence[Mapping[str, int]]
    """Views by article."""
    breaking: Mapping[str, float]
    """Article -> when it broke; of those that did."""
    warm_up: int
    """Slices at the beginning on which nothing is judged."""

    @classmethod
    def of_minutes(
        cls,
        name: str,
        minutes: Iterable[tuple[float, Mapping[str, int]]],
        published: Mapping[str, float],
        breaking: Mapping[str, float],
        warm_up: float,
    ) -> "Attention":
        """Return the attention of pairs of a moment and the views of the minute it begins.

        They are in order, and the first slice begins with the first of them;
        `warm_up` is in seconds.
        """
        begins: float | None = None
        slices: list[Counter[str]] = []
        for at, views in minutes:
            begins = at if begins is None else begins
            number = int(at - begins) // SLICE
            slices.extend(Counter() for _ in range(number + 1 - len(slices)))
            slices[number].update(views)
        return cls(name, begins or 0.0, published, slices, breaking, int(warm_up) // SLICE)

    def moment(self, number: int) -> float:
        """Return when a slice begins."""
        return self.begins + number * SLICE

    def ahead(self, number: int, slices: int) -> Counter[str]:
        """Return the views in the slices from `number` on, of what was published before."""
        now, views = self.moment(number), Counter[str]()
        for one in self.slices[number : number + slices]:
            views.update(one)
        return Counter({i: n for i, n in views.items() if self.published[i] < now})


def best(views: Mapping[str, int], count: int) -> dict[str, int]:
    """Return the most read of some articles, at most `count`."""
    return dict(nlargest(count, views.items(), key=lambda item: item[1]))
