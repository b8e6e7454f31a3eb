"""Metrics of what happens with every request: plain numbers that one thread adds to and a scrape reads.

The library's own take a lock for each number, three for a histogram, so that
several threads may share them: some seven microseconds of each request.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from prometheus_client import Metric
from prometheus_client.registry import Collector

Sample = tuple[str, dict[str, str], float]
"""What a name ends with, labels beside its own, and the number."""


class Tally:
    """How often something happened."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0

    def inc(self) -> None:
        """Count one."""
        self.value += 1

    def samples(self) -> Iterator[Sample]:
        """Yield it as it is now."""
        yield "_total", {}, self.value


class Spread:
    """How often a value was at most each of some bounds."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` go upwards."""
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def samples(self) -> Iterator[Sample]:
        """Yield it as it is now."""
        bounds = [*(repr(float(bound)) for bound in self._bounds), "+Inf"]
        for bound, count in zip(bounds, accumulate(self._counts), strict=True):
            yield "_bucket", {"le": bound}, count
        yield "_count", {}, sum(self._counts)
        yield "_sum", {}, self._sum


class Counted(Protocol):
    """What a metric has for each set of values of its labels."""

    def samples(self) -> Iterator[Sample]:
        """Yield it as it is now."""


T = TypeVar("T", bound=Counted)


class Tallied(Collector, Generic[T]):
    """One metric: what is counted of it by the values of its labels."""

    def __init__(
        self, kind: str, name: str, sentence: str, labels: Iterable[str], make: Callable[[], T]
    ) -> None:
        """`kind` is counter or histogram, `name` whole, and `make` what each set of values has."""
        self.kind = kind
        self.name = name
        self.sentence = sentence
        self.label_names = tuple(labels)
        self._make = make
        self._by_values: dict[tuple[str, ...], T] = {}

    def labels(self, *values: str) -> T:
        """Return what is counted with these values; there from now on, at 0."""
        return self._by_values.setdefault(values, self._make())

    def describe(self) -> Iterable[Metric]:
        """Return the metric without any number."""
        return [Metric(self.name, self.sentence, self.kind)]

    def collect(self) -> Iterable[Metric]:
        """Return the metric with its numbers as they are now."""
        [metric] = self.describe()
        for values, counted in self._by_values.items():
            own = dict(zip(self.label_names, values, strict=True))
            for ending, labels, number in counted.samples():
                metric.add_sample(self.name + ending, {**own, **labels}, number)
        return [metric]
