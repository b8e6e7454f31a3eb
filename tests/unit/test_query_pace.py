"""Views per hour at a moment, and at an earlier one of hours that have gone on since."""

import pytest

from services.query.newsroom.pace import views_per_hour
from shared.hours import HOUR

NOON = 1_771_675_200.0
HALF_PAST = NOON + HOUR / 2


def test_what_the_running_hour_is_short_of_comes_from_the_one_before() -> None:
    assert views_per_hour([0, 60, 10], HALF_PAST) == 40
    assert views_per_hour([0, 60, 0], NOON) == 60


def test_of_an_hour_that_went_on_only_the_part_until_then_counts() -> None:
    assert views_per_hour([0, 60, 20], HALF_PAST, NOON + HOUR) == 40
    assert views_per_hour([0, 60, 20], HALF_PAST, NOON + 9 * HOUR) == 40
    assert views_per_hour([0, 60, 20], HALF_PAST, NOON + 0.75 * HOUR) == round(20 / 1.5 + 30)
    assert views_per_hour([0, 60, 20], NOON, NOON + HOUR) == 60


@pytest.mark.parametrize("passed", [0.0, 1.0, HOUR / 3, HOUR - 1])
def test_now_is_a_moment_like_any_other(passed: float) -> None:
    assert views_per_hour([5, 60, 10], NOON + passed, NOON + passed) == views_per_hour(
        [5, 60, 10], NOON + passed
    )
