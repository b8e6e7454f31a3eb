"""What the board's numbers promise: views per hour, and what the filters can offer."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.query.newsroom.offers import offers_of
from services.query.newsroom.pace import views_per_hour
from tests.published import article

TEN = datetime(2026, 2, 21, 10, tzinfo=UTC).timestamp()
MINUTE = 60


def test_as_an_hour_begins_the_one_before_it_is_the_whole_estimate() -> None:
    assert views_per_hour([7, 120, 0], at=TEN) == 120


def test_as_an_hour_ends_it_is_the_whole_estimate_itself() -> None:
    assert views_per_hour([7, 120, 60], at=TEN + 60 * MINUTE - 0.001) == 60


def test_a_quarter_into_an_hour_three_quarters_of_the_one_before_stand_in() -> None:
    assert views_per_hour([120, 40], at=TEN + 15 * MINUTE) == 40 + 90


def test_two_hours_without_a_view_are_no_views_per_hour() -> None:
    assert views_per_hour([9, 9, 0, 0], at=TEN + 15 * MINUTE) == 0


@given(st.integers(0, 10_000), st.floats(0, 3599, allow_nan=False))
def test_an_even_stream_of_views_has_the_same_pace_all_the_time(an_hour: int, seconds: float) -> None:
    so_far = round(an_hour * seconds / 3600)

    assert abs(views_per_hour([an_hour, so_far], at=TEN + seconds) - an_hour) <= 1


def test_words_are_offered_with_the_most_frequent_first_and_ties_by_alphabet() -> None:
    found = offers_of(
        [
            article("a", section="World", tags=("B", "A"), authors=("Ann",)),
            article("b", section="Local", tags=("C",), authors=("Bob", "Ann")),
            article("c", section="World", tags=("C",)),
            article("d"),
        ]
    )

    assert found.sections == ["World", "Local"]
    assert found.tags == ["C", "A", "B"]
    assert found.authors == ["Ann", "Bob"]


def test_an_article_that_repeats_a_tag_has_it_once() -> None:
    assert offers_of(
        [article("a", tags=("B", "B", "B")), article("b", tags=("A",)), article("c", tags=("A",))]
    )[1] == ["A", "B"]


def test_of_many_words_the_fifty_most_frequent_are_offered() -> None:
    moment = datetime(2026, 2, 21, tzinfo=UTC)
    every = [
        article(f"a{n}-{m}", section=f"s{n:02}", published_at=moment + timedelta(hours=m))
        for n in range(60)
        for m in range(n + 1)
    ]

    assert offers_of(every).sections == [f"s{n:02}" for n in range(59, 9, -1)]
