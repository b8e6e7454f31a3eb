"""What has happened so far: all that a ranking may look at."""

from collections import Counter, deque
from collections.abc import Mapping
from math import sqrt

from services.cli.evaluate.attention import SLICES_AN_HOUR
from shared.decay import HALF_LIVES, Decay, floor_score

HOURS = 24
"""The hours before the last one that it is compared with."""


class Board:
    """One board in memory, folded and trimmed by the arithmetic that serves."""

    def __init__(self, half_life: float) -> None:
        self._decay = Decay(half_life)
        self._scores: dict[str, float] = {}

    def count(self, views: Mapping[str, int], at: float) -> None:
        """Add views that happened about the moment `at`."""
        scores, decay = self._scores, self._decay
        for article, number in views.items():
            score = decay.score(number, at)
            standing = scores.get(article)
            scores[article] = score if standing is None else decay.add(standing, score)

    def weights(self, now: float) -> dict[str, float]:
        """Return what is on it, article -> weight; what is below the trim floor is taken off."""
        floor = floor_score(self._decay.half_life, now, partitions=1)
        self._scores = {article: score for article, score in self._scores.items() if score >= floor}
        return {article: self._decay.weight(score, now) for article, score in self._scores.items()}


class Books:
    """Views so far, slice by slice. Every mapping is by article, and holds no zero."""

    def __init__(self, published: Mapping[str, float]) -> None:
        self.published = published
        self.now = 0.0
        """The end of the last slice, in Unix seconds."""
        self.total: Counter[str] = Counter()
        self.day: Counter[str] = Counter()
        """Views of the last 24 hours."""
        self.last_read: dict[str, float] = {}
        """The end of the last slice in which it was read; in the order of `total`."""
        self.boards = {name: Board(half_life) for name, half_life in HALF_LIVES.items()}
        self._slices: deque[Mapping[str, int]] = deque(maxlen=(HOURS + 1) * SLICES_AN_HOUR)

    def add(self, views: Mapping[str, int], begins: float, ends: float) -> None:
        """Enter one slice."""
        self.now = ends
        day = HOURS * SLICES_AN_HOUR
        if len(self._slices) >= day:
            self.day -= Counter(self._slices[-day])
        self._slices.append(views)
        self.total.update(views)
        self.day.update(views)
        self.last_read.update(dict.fromkeys(views, ends))
        for board in self.boards.values():
            board.count(views, (begins + ends) / 2)

    def hour(self) -> Counter[str]:
        """Return the views of the last hour."""
        return self._hour(0)

    def usual(self) -> dict[str, tuple[float, float]]:
        """Return mean and standard deviation of the hours before the last one, of what was read in it."""
        last = self.hour()
        sums, squares = Counter[str](), Counter[str]()
        for n in range(1, HOURS + 1):
            for article, views in self._hour(n).items():
                sums[article] += views
                squares[article] += views * views
        found = {}
        for article in last:
            mean = sums[article] / HOURS
            found[article] = mean, sqrt(max(0.0, squares[article] / HOURS - mean * mean))
        return found

    def _hour(self, ago: int) -> Counter[str]:
        views: Counter[str] = Counter()
        for n in range(ago * SLICES_AN_HOUR + 1, (ago + 1) * SLICES_AN_HOUR + 1):
            if n <= len(self._slices):
                views.update(self._slices[-n])
        return views
