"""The rankings that are compared: ours, by the code that serves, and what others show.

A ranking gives each article a value by what has happened so far. Views stand
where the others had votes, and a reading where they had a comment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from math import log, log10

from services.cli.evaluate.books import Books
from shared import ranking
from shared.decay import TRENDING_HALF_LIFE
from shared.hours import DAY, HOUR
from shared.rising import LONG, SHORT, rising

GRAVITY = 1.8
_REDDIT_EPOCH = 1_134_028_003
_REDDIT_TENFOLD = 45_000
"""Seconds that are worth ten times the votes."""


@dataclass(frozen=True)
class Ranking:
    """One way to rank."""

    name: str
    formula: str
    values: Callable[[Books], Mapping[str, float]]
    ours: bool = False
    """Whether the services rank so; ties then go the way they go there."""

    def first(self, books: Books, count: int) -> list[str]:
        """Return the first `count` of the list, at most: what has no value is not on it."""
        values = self.values(books)
        if self.ours:
            return [i for i, _ in ranking.ordered(values, books.published.__getitem__)[:count]]
        return nlargest(count, values, key=values.__getitem__)


def _decayed(half_life: str, books: Books) -> Mapping[str, float]:
    return books.boards[half_life].weights(books.now)


def _rising(books: Books) -> Mapping[str, float]:
    return rising(_decayed(SHORT, books), _decayed(LONG, books)).values


def _hacker_news(books: Books) -> Mapping[str, float]:
    return {
        i: views / ((books.now - books.published[i]) / HOUR + 2) ** GRAVITY
        for i, views in books.total.items()
    }


def _reddit(books: Books) -> Mapping[str, float]:
    return {
        i: log10(views) + (books.published[i] - _REDDIT_EPOCH) / _REDDIT_TENFOLD
        for i, views in books.total.items()
    }


def _lemmy_hot(books: Books) -> Mapping[str, float]:
    return {
        i: log(3 + views) / ((books.now - books.published[i]) / HOUR + 2) ** GRAVITY
        for i, views in books.total.items()
    }


def _lemmy_active(books: Books) -> Mapping[str, float]:
    return {
        i: log(3 + views) / ((books.now - min(last, books.published[i] + 2 * DAY)) / HOUR + 2) ** GRAVITY
        for (i, views), last in zip(books.total.items(), books.last_read.values(), strict=True)
    }


def _ratio(books: Books) -> Mapping[str, float]:
    usual = books.usual()
    return {i: views / (usual[i][0] + 1) for i, views in books.hour().items()}


def _z_score(books: Books) -> Mapping[str, float]:
    usual = books.usual()
    return {i: (views - usual[i][0]) / max(1.0, usual[i][1]) for i, views in books.hour().items()}


RANKINGS = (
    Ranking(
        "trending",
        f"decayed weight, half-life {TRENDING_HALF_LIFE}: what `trending` serves",
        partial(_decayed, TRENDING_HALF_LIFE),
        ours=True,
    ),
    Ranking("rising", "r >= 3 against its own past: what `rising` serves", _rising, ours=True),
    Ranking("decayed, 24h", "decayed weight, half-life 24h", partial(_decayed, "24h"), ours=True),
    Ranking("last 24 hours", "views of the last 24 hours", lambda books: books.day),
    Ranking("all time", "views of all time", lambda books: books.total),
    Ranking("Hacker News", "views / (hours + 2) ** 1.8 (news.arc)", _hacker_news),
    Ranking("Reddit hot", "log10(views) + published / 45000 s (r2/lib/db/_sorts.pyx)", _reddit),
    Ranking(
        "Lemmy hot",
        "ln(3 + views) / (hours + 2) ** 1.8 (Lemmy's documentation, Votes and Ranking)",
        _lemmy_hot,
    ),
    Ranking(
        "Lemmy active",
        "the same, hours since it was last read, at most two days after publication",
        _lemmy_active,
    ),
    Ranking("plain ratio", "views of the last hour / (mean hour of the 24 before + 1)", _ratio),
    Ranking("z-score", "(views of the last hour - mean) / deviation of the 24 before, at least 1", _z_score),
)
