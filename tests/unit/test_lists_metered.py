"""What is told of lists: how they change, how long a view waits for one, how deep they were read."""

from collections.abc import Iterable

import pytest
from prometheus_client import CollectorRegistry

from services.ranker.lists import Ranking
from services.ranker.lists_metered import ListMeter
from shared.listing import TRENDING, Listed, name_of
from shared.metrics import RankerMetrics

SITE, OTHER = "news.example", "other.example"
LONG = name_of("most-read", "24h")


class Metered:
    """A meter, and what it tells."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._meter = ListMeter(RankerMetrics(self._registry))
        self.forget = self._meter.forget

    def ranked(
        self,
        ids: Iterable[str] = (),
        *,
        site: str = SITE,
        name: str = TRENDING,
        at: float = 0.0,
        depth: int = 0,
    ) -> None:
        """Rank a list within a tenth of a second."""
        entries = tuple(Listed(one, 1.0, 1) for one in ids)
        self._meter.ranked((site, name), Ranking(entries, depth=depth), began=at, ended=at + 0.1)

    def told(self, name: str, **labels: str) -> float:
        found = self._registry.get_sample_value(f"groundswell_{name}", labels)
        assert found is not None
        return found


@pytest.fixture
def lists() -> Metered:
    return Metered()


def test_a_list_that_is_new_to_us_has_not_changed(lists: Metered):
    lists.ranked("abc")

    assert lists.told("list_entered_total", list=TRENDING) == 0


def test_an_article_that_comes_among_the_first_ten_is_a_change_and_one_that_moves_is_none(lists: Metered):
    lists.ranked("abcdefghijk")
    lists.ranked("bacdefghikj")

    assert lists.told("list_entered_total", list=TRENDING) == 1, "k came in for j"


def test_sites_change_each_for_itself(lists: Metered):
    lists.ranked("abc")
    lists.ranked("xyz", site=OTHER)
    lists.ranked("abcd")
    lists.ranked("vwxyz", site=OTHER)

    assert lists.told("list_entered_total", list=TRENDING) == 3


def test_a_view_that_just_missed_one_ranking_waits_from_its_beginning_to_the_end_of_the_next(lists: Metered):
    lists.ranked(at=100.0)
    lists.ranked(at=101.0)

    assert lists.told("view_listed_seconds_count") == 1
    assert lists.told("view_listed_seconds_sum") == pytest.approx(1.1)


def test_lists_that_are_ranked_once_a_minute_promise_nothing_of_a_second(lists: Metered):
    lists.ranked(name=LONG, at=100.0)
    lists.ranked(name=LONG, at=160.0)

    assert lists.told("view_listed_seconds_count") == 0


def test_what_another_leader_ranked_meanwhile_is_no_wait_and_no_change_of_ours(lists: Metered):
    lists.ranked("abc", at=100.0)
    lists.forget()
    lists.ranked("xyz", at=900.0)

    assert lists.told("view_listed_seconds_count") == 0
    assert lists.told("list_entered_total", list=TRENDING) == 0


def test_the_deepest_reading_over_all_sites_is_told(lists: Metered):
    lists.ranked(depth=200)
    lists.ranked(site=OTHER, depth=800)
    lists.ranked(depth=400)

    assert lists.told("list_certified_depth", list=TRENDING) == 800
