"""docs/metrics.md tells of every metric there is, and of none besides."""

import inspect
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics
from shared.metric_maker import Maker

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
HEADINGS = {
    "ServerMetrics": "Every public port",
    "CollectorMetrics": "Collector",
    "SpoolMetrics": "Spool",
    "CounterMetrics": "Counter",
    "RankerMetrics": "Ranker",
    "QueryMetrics": "Query",
    "DeskMetrics": "Desk",
    "FollowMetrics": "Feeds",
}
"""Where the metrics of each class are told of."""

Row = tuple[str, str, tuple[str, ...], str]
"""Name, type, labels, meaning."""


def registered(name: str) -> set[Row]:
    """Return what a class of shared/metrics.py registers, under the names that are exported."""
    made: list[MetricWrapperBase] = []

    class Recording(CollectorRegistry):
        def register(self, collector: object) -> None:
            assert isinstance(collector, MetricWrapperBase)
            made.append(collector)
            super().register(collector)

    given = {"drop_reasons": ("bot",)} if name == "CollectorMetrics" else {}
    getattr(metrics, name)(Recording(), **given)
    return {
        (
            one._name + ("_total" if one._type == "counter" else ""),
            one._type,
            tuple(one._labelnames),
            one._documentation,
        )
        for one in made
    }


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
    classes = {
        name
        for name, one in inspect.getmembers(metrics, inspect.isclass)
        if one.__module__ == metrics.__name__ and one is not Maker
    }

    assert classes == set(HEADINGS)


@pytest.mark.parametrize("name", HEADINGS)
def test_the_table_says_what_is_registered(name: str):
    rows = documented()[HEADINGS[name]]

    assert rows == registered(name)
    assert rows


def test_no_metric_is_told_of_elsewhere():
    assert {heading for heading, rows in documented().items() if rows} == set(HEADINGS.values())
