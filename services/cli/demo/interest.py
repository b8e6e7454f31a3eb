"""What simulated readers want to read: stories break, are the talk of the hour, and fade.

Every article always has a few readers. One at a time breaks: within seconds
most readers come for it, then interest halves every 30 seconds until the
next one breaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

RATE = 3.0
"""Readings a second when nothing breaks."""
SURGE = 6.0
"""Readings a second that a story adds at its height."""
EVERY = 50.0
"""Seconds from one story to the next."""
RISE = 6.0
HALF_LIFE = 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Interest at one moment, in readings a second."""

    rates: tuple[float, ...]
    """One for each article."""

    @property
    def rate(self) -> float:
        """All of them together."""
        return sum(self.rates)


class Interest:
    """The interest in some articles over time."""

    def __init__(self, articles: Sequence[str], random: Random) -> None:
        """The first two stories to break are the last two of `articles`; the others follow by chance."""
        self.articles = tuple(articles)
        self._usual = [random.uniform(0.5, 1.5) for _ in articles]
        self._order = list(reversed(range(len(articles))))
        tail = self._order[2:]
        random.shuffle(tail)
        self._order[2:] = tail

    def at(self, seconds: float) -> Moment:
        """Return the interest so many seconds after the beginning."""
        share = RATE / sum(self._usual)
        rates = [usual * share for usual in self._usual]
        latest = int(seconds // EVERY)
        # Older stories have faded to nothing.
        for number in range(max(0, latest - 3), latest + 1):
            rates[self.breaking(number)] += SURGE * _surge(seconds - number * EVERY)
        return Moment(tuple(rates))

    def breaking(self, number: int) -> int:
        """Return which article the `number`th story is about."""
        return self._order[number % len(self._order)]


def _surge(age: float) -> float:
    """Return how much of its height the interest in a story has, so many seconds after it broke."""
    return age / RISE if age < RISE else 0.5 ** ((age - RISE) / HALF_LIFE)
