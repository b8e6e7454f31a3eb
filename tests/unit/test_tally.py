"""Metrics that cost next to nothing tell a scrape the same as those of the library."""

import random
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.exposition import generate_latest

from shared.metric_maker import Maker

BOUNDS = (0.01, 0.1, 1)


@pytest.fixture(autouse=True)
def without_created() -> None:
    disable_created_metrics()  # type: ignore[no-untyped-call]


def told(fill: Callable[[CollectorRegistry], None]) -> str:
    registry = CollectorRegistry()
    fill(registry)
    return generate_latest(registry).decode()


def lines(text: str) -> list[str]:
    return sorted(text.splitlines())


def test_a_tally_is_told_as_a_counter_is():
    def ours(registry: CollectorRegistry) -> None:
        made = Maker(registry).tally("asked", "Times.", how=("well", "badly"))
        for _ in range(3):
            made.labels("badly").inc()

    def theirs(registry: CollectorRegistry) -> None:
        made = Counter("groundswell_asked", "Times.", ["how"], registry=registry)
        made.labels("well")
        made.labels("badly").inc(3)

    assert lines(told(ours)) == lines(told(theirs))


def test_a_spread_is_told_as_a_histogram_is():
    chance = random.Random("spread")
    values = [*BOUNDS, 0.0, *(chance.expovariate(3) for _ in range(200))]

    def ours(registry: CollectorRegistry) -> None:
        made = Maker(registry).spread("took", "Seconds.", buckets=BOUNDS, of=("a", "b"))
        for value in values:
            made.labels("a").observe(value)

    def theirs(registry: CollectorRegistry) -> None:
        made = Histogram("groundswell_took", "Seconds.", ["of"], registry=registry, buckets=BOUNDS)
        made.labels("b")
        for value in values:
            made.labels("a").observe(value)

    assert lines(told(ours)) == lines(told(theirs))


def test_a_name_is_given_only_once():
    make = Maker(CollectorRegistry())
    make.tally("asked", "Times.")

    with pytest.raises(ValueError, match="Duplicated"):
        make.counter("asked", "Times.")
