"""docs/metrics.md tells of every metric there is, and of none besides."""

import inspect
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics, process_metrics
from shared.metric_maker import Maker
from shared.tally import Tallied

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
MODULES = (process_metrics, metrics)
HEADINGS = {
    "ProcessMetrics": "Every process",
    "MemoryMetrics": "Memory of Redis",
    "ServerMetrics": "Every public port",
    "CollectorMetrics": "Collector",
    "SpoolMetrics": "Spool",
    "CounterMetrics": "Counter",
    "RankerMetrics": "Ranker",
    "QueryMetrics": "Query",
    "DeskMetrics": "Desk",
    "FollowMetrics": "Feeds",
    "HeartbeatMetrics": "What the heartbeat tells",
    "TraceMetrics": "Traces",
}
"""Where the metrics of each class are told of."""

CLASSES = {
    name: one
    for module in MODULES
    for name, one in inspect.getmembers(module, inspect.isclass)
    if one.__module__ == module.__name__ and one is not Maker
}

Row = tuple[str, str, tuple[str, ...], str]
"""Name, type, labels, meaning."""


def registered(name: str) -> set[Row]:
    """Return what a class of shared/metrics.py registers, under the names that are exported."""
    made: list[object] = []

    class Recording(CollectorRegistry):
        def register(self, collector: object) -> None:
            made.append(collector)
            super().register(collector)

    given = {"drop_reasons": ("bot",)} if name == "CollectorMetrics" else {}
    CLASSES[name](Recording(), **given)
    return {_row(one) for one in made}


def _row(one: object) -> Row:
    if isinstance(one, Tallied):
        name, kind, labels, sentence = one.name, one.kind, one.label_names, one.sentence
    else:
        assert isinstance(one, MetricWrapperBase)
        name, kind, labels, sentence = one._name, one._type, tuple(one._labelnames), one._documentation
    return name + ("_total" if kind == "counter" else ""), kind, labels, sentence


def documented() -> dict[str, set[Row]]:
    """Return the rows of each table, by its heading."""
    found: dict[str, set[Row]] = {}
    for section in DOCUMENT.read_text().split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        rows = re.findall(r"^\| `(groundswell_\w+)` \| (\w+) \| (.*?) ?\| (.+) \|$", body, re.MULTILINE)
        found[heading] = {
            (name, kind, tuple(re.findall(r"`(\w+)`", labels)), meaning)
            for name, kind, labels, meaning in rows
        }
    return found


def test_every_class_of_metrics_has_its_heading():
    assert set(CLASSES) == set(HEADINGS)


@pytest.mark.parametrize("name", HEADINGS)
def test_the_table_says_what_is_registered(name: str):
    rows = documented()[HEADINGS[name]]

    assert rows == registered(name)
    assert rows


def test_no_metric_is_told_of_elsewhere():
    assert {heading for heading, rows in documented().items() if rows} == set(HEADINGS.values())
