"""Exponential decay, kept as a moment in time.

A view is worth 1 when it happens and half as much after every half-life H.
The score of an article is the moment, in Unix seconds, at which one fresh
view would be worth as much as all of its views together:

    score = H * log2(sum of weight * 2 ** (t / H) over views at t)

All weights shrink by the same factor as time passes, so a score never has to
be refreshed and the order of two articles changes only when one of them is
read. It grows like a clock, not like a count, so it never overflows either.

The formula is forward decay (Cormode, Shkapenyuk, Srivastava and Xu, "Forward
decay: a practical time decay model for streaming systems", ICDE 2009) with
the landmark taken out by writing the sum as a logarithm.

services/counter/lua/board.commit.lua does the same addition inside Redis, and
tests/integration/test_board_commit.py holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp2, log2


@dataclass(frozen=True, slots=True)
class Decay:
    """The arithmetic of one board, named by its half-life in seconds."""

    half_life: float

    def __post_init__(self) -> None:
        if not 0 < self.half_life < float("inf"):
            raise ValueError(f"half_life must be positive and finite, not {self.half_life!r}")

    def score(self, weight: float, at: float) -> float:
        """Return the score of `weight` views that all happen at the moment `at`.

        Raises ValueError unless the weight is positive.
        """
        return at + self.half_life * log2(weight)

    def weight(self, score: float, now: float) -> float:
        """Return how many fresh views the score is worth at the moment `now`."""
        return exp2((score - now) / self.half_life)

    def add(self, one: float, other: float) -> float:
        """Return the score of two scores taken together."""
        low, high = sorted((one, other))
        # Written from the higher score, so the power is at most 1.
        return high + self.half_life * log2(1 + exp2((low - high) / self.half_life))

    def fold(self, views: Iterable[tuple[float, float]]) -> float:
        """Return the score of views given as (moment, weight) pairs.

        Raises ValueError without any view.
        """
        scores = [self.score(weight, at) for at, weight in views]
        # From the views' own latest score: from a far later moment old views underflow to -inf.
        latest = max(scores)
        return latest + self.half_life * log2(sum(exp2((s - latest) / self.half_life) for s in scores))


HALF_LIVES: dict[str, float] = {"15m": 900.0, "4h": 14_400.0, "24h": 86_400.0}
"""The boards every site has: name in keys and answers -> half-life in seconds."""

TRENDING_HALF_LIFE = "4h"

FLOOR_WEIGHT = 0.01
"""A weight below this, over the number of partitions, changes no list and is trimmed."""


def floor_score(half_life: float, now: float, partitions: int) -> float:
    """Return the score below which a board of `partitions` partitions keeps nothing."""
    return Decay(half_life).score(FLOOR_WEIGHT / partitions, at=now)
