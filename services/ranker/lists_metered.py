"""What is measured of lists: how much they change, how long a view waits for them, how deep they go."""

from collections.abc import Sequence

from services.ranker.lists import Ranking
from services.ranker.schedule import EVERY_SECOND
from shared.listing import Listed
from shared.metrics import RankerMetrics

SEEN = 10
"""How many articles of a list most readers see."""

Which = tuple[str, str]
"""Site and name of a list."""


class ListMeter:
    """Measures the lists of one term of leading; all moments are those of one steady clock, in seconds."""

    def __init__(self, metrics: RankerMetrics) -> None:
        self._metrics = metrics
        self._began: dict[Which, float] = {}
        self._seen: dict[Which, frozenset[str]] = {}
        self._depths: dict[str, dict[str, int]] = {}

    def forget(self) -> None:
        """Begin anew, as under a new leader."""
        self._began.clear()
        self._seen.clear()

    def ranked(self, which: Which, ranking: Ranking, *, began: float, ended: float) -> None:
        """Note a list whose boards were read from `began` on, and which was published at `ended`.

        Every view that was counted before the reading began is in it. So one
        that just missed the reading before this one has waited from then on.
        """
        site, name = which
        if name in EVERY_SECOND and which in self._began:
            self._metrics.visible.observe(ended - self._began[which])
        self._began[which] = began
        self._metrics.entered.labels(name).inc(self._entered(which, ranking.entries))
        depths = self._depths.setdefault(name, {})
        depths[site] = ranking.depth
        self._metrics.certified.labels(name).set(max(depths.values()))

    def _entered(self, which: Which, entries: Sequence[Listed]) -> int:
        """Return how many articles came among the first; of a list that is new to us none did."""
        seen = frozenset(entry.id for entry in entries[:SEEN])
        before = self._seen.get(which, seen)
        self._seen[which] = seen
        return len(seen - before)
