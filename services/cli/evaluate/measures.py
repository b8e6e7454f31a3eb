"""How well rankings served: what the list of ten held of what was read next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from services.cli.evaluate.attention import SLICES_AN_HOUR, Attention, best
from services.cli.evaluate.books import Books
from services.cli.evaluate.rankings import Ranking
from shared.hours import DAY, HOUR

TEN = 10
AHEAD = 2 * SLICES_AN_HOUR
"""Slices that tell how good a list was."""

_TOO_LATE = 2 * HOUR
"""Seconds after it broke from which a story on the list is no find any more."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One ranking over a whole trace."""

    capture: float
    """capture@10: the share of the next two hours' views that the ten had, of the most any ten had."""
    precision: float
    """precision@10: the share of the ten that were among the ten read most in the next two hours."""
    found: float | None
    """The share of breaking stories on the list within two hours; None without any."""
    delay: float | None
    """Mean minutes from breaking to the list, of those found; looks are 20 minutes apart."""
    churn: float
    """Articles an hour that were not among the ten before."""
    old: float
    """The share of the ten that was published more than a day ago: evergreens, and what is over."""


@dataclass
class _Tally:
    ranking: Ranking
    captures: list[float] = field(default_factory=list)
    precisions: list[float] = field(default_factory=list)
    news: list[int] = field(default_factory=list)
    old: list[float] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)
    before: list[str] | None = None


def measure(attention: Attention, rankings: Sequence[Ranking]) -> dict[str, Measured]:
    """Return what came of each ranking, by its name.

    Once an hour after the warm-up each ranks what was published, knowing the
    slices before and no other. Left out are hours after which nothing is
    read, and those whose next two hours the trace does not have. While a
    story breaks, it is looked for after every other slice too.
    """
    tallies = [_Tally(ranking) for ranking in rankings]
    for number, books in _looks(attention):
        breaking = {i for i, at in attention.breaking.items() if 0 <= books.now - at <= _TOO_LATE}
        views = attention.ahead(number, AHEAD) if _hourly(attention, number) else None
        if views or breaking:
            for tally in tallies:
                ids = tally.ranking.first(books, TEN)
                for article in breaking.intersection(ids):
                    tally.found.setdefault(article, books.now - attention.breaking[article])
                if views:
                    _look(tally, ids, books, attention, views)
    return {tally.ranking.name: _measured(tally, attention) for tally in tallies}


def _looks(attention: Attention) -> Iterator[tuple[int, Books]]:
    books = Books(attention.published)
    for number in range(len(attention.slices) - AHEAD + 1):
        if number >= attention.warm_up:
            yield number, books
        books.add(attention.slices[number], attention.moment(number), attention.moment(number + 1))


def _hourly(attention: Attention, number: int) -> bool:
    return (number - attention.warm_up) % SLICES_AN_HOUR == 0


def _look(
    tally: _Tally, ids: list[str], books: Books, attention: Attention, views: Mapping[str, int]
) -> None:
    most = best(views, TEN)
    tally.captures.append(sum(views.get(i, 0) for i in ids) / sum(most.values()))
    tally.precisions.append(len(most.keys() & ids) / len(most))
    if ids:
        tally.old.append(sum(books.now - attention.published[i] > DAY for i in ids) / len(ids))
    if tally.before is not None:
        tally.news.append(len(set(ids) - set(tally.before)))
    tally.before = ids


def _measured(tally: _Tally, attention: Attention) -> Measured:
    begins = attention.moment(attention.warm_up)
    ends = attention.moment(len(attention.slices) - AHEAD) - _TOO_LATE
    judged = [article for article, at in attention.breaking.items() if begins <= at < ends]
    late = [tally.found[article] / 60 for article in judged if article in tally.found]
    return Measured(
        capture=_mean(tally.captures),
        precision=_mean(tally.precisions),
        found=len(late) / len(judged) if judged else None,
        delay=fmean(late) if late else None,
        churn=_mean(tally.news),
        old=_mean(tally.old),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0
