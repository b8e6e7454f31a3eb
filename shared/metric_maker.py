"""How a metric is made: a label whose values are known has each of them from the start, at 0."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from shared.tally import Counted, Spread, Tallied, Tally

T = TypeVar("T", bound=Counted)
M = TypeVar("M", bound=MetricWrapperBase)

NAMESPACE = "groundswell"
"""What every name begins with."""

SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5)
"""The upper bounds of a histogram of durations; each is a series of every endpoint and list."""

WAITS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600)
"""The upper bounds of how long a view waits, close where something is promised: one, two and five seconds."""


class Maker:
    """Makes the metrics of one registry.

    A name is given without its namespace. A label is given by name with its
    known values, with () where they come with what is seen.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, sentence: str, **labels: Iterable[str]) -> Counter:
        """Return a metric that only grows; its name is exported with `_total`."""
        made = Counter(name, sentence, list(labels), NAMESPACE, registry=self._registry)
        return _begun(made, labels)

    def tally(self, name: str, sentence: str, **labels: Iterable[str]) -> Tallied[Tally]:
        """Return a counter that costs next to nothing, for one thread; its name is exported with `_total`."""
        made = Tallied("counter", f"{NAMESPACE}_{name}", sentence, labels, Tally)
        return self._registered(made, labels)

    def spread(
        self, name: str, sentence: str, *, buckets: Sequence[float] = SECONDS, **labels: Iterable[str]
    ) -> Tallied[Spread]:
        """Return a histogram that costs next to nothing, for one thread."""
        made = Tallied("histogram", f"{NAMESPACE}_{name}", sentence, labels, lambda: Spread(buckets))
        return self._registered(made, labels)

    def gauge(self, name: str, sentence: str, **labels: Iterable[str]) -> Gauge:
        """Return a metric that tells how things are."""
        made = Gauge(name, sentence, list(labels), NAMESPACE, registry=self._registry)
        return _begun(made, labels)

    def histogram(
        self, name: str, sentence: str, *, buckets: Sequence[float] = SECONDS, **labels: Iterable[str]
    ) -> Histogram:
        """Return a metric of how often a value was at most each of `buckets`, seconds unless given."""
        made = Histogram(name, sentence, list(labels), NAMESPACE, registry=self._registry, buckets=buckets)
        return _begun(made, labels)

    def _registered(self, made: Tallied[T], labels: dict[str, Iterable[str]]) -> Tallied[T]:
        self._registry.register(made)
        for values in product(*labels.values()):
            made.labels(*values)
        return made


def _begun(made: M, labels: dict[str, Iterable[str]]) -> M:
    if labels:
        for values in product(*labels.values()):
            made.labels(*values)
    return made
