"""The rankings that are compared, worked out by hand, and what is measured of them."""

from collections.abc import Mapping, Sequence
from math import log, log10

import pytest

from services.cli.evaluate.attention import SLICE, Attention
from services.cli.evaluate.books import Board, Books
from services.cli.evaluate.measures import measure
from services.cli.evaluate.rankings import RANKINGS, Ranking
from shared.decay import HALF_LIVES, Decay
from shared.hours import DAY, HOUR

BEGINS = 1_767_225_600.0
BY_NAME = {ranking.name: ranking for ranking in RANKINGS}


def books_of(slices: Sequence[Mapping[str, int]], published: Mapping[str, float] | None = None) -> Books:
    """Return the books after some slices, of articles published at the beginning unless told."""
    books = Books(published or {i: BEGINS for one in slices for i in one})
    for n, views in enumerate(slices):
        books.add(views, BEGINS + n * SLICE, BEGINS + (n + 1) * SLICE)
    return books


def value(name: str, books: Books, article: str = "a") -> float:
    return BY_NAME[name].values(books)[article]


def test_each_formula_is_the_one_it_says() -> None:
    # An hour of nothing, then 60 views in a slice and 40 in the next; 1 h 40 min since publication.
    books = books_of([{}, {}, {}, {"a": 60}, {"a": 40}])
    hours = 5 / 3

    assert value("all time", books) == 100
    assert value("last 24 hours", books) == 100
    assert value("Hacker News", books) == pytest.approx(100 / (hours + 2) ** 1.8)
    assert value("Reddit hot", books) == pytest.approx(2 + (BEGINS - 1_134_028_003) / 45_000)
    assert value("Lemmy hot", books) == pytest.approx(log(103) / (hours + 2) ** 1.8)
    assert value("Lemmy active", books) == pytest.approx(log(103) / 2**1.8), "read a moment ago"
    assert value("trending", books) == pytest.approx(60 * 2 ** (-30 / 240) + 40 * 2 ** (-10 / 240))
    assert value("decayed, 24h", books) == pytest.approx(60 * 2 ** (-30 / 1440) + 40 * 2 ** (-10 / 1440))


def test_ratio_and_z_score_compare_the_last_hour_with_the_day_before_it() -> None:
    hours = [{"a": 10}, {}, {}] * 12 + [{"a": 20}, {}, {}] * 12 + [{"a": 40}, {}, {}]
    books = books_of(hours)

    assert value("plain ratio", books) == pytest.approx(40 / (15 + 1))
    assert value("z-score", books) == pytest.approx((40 - 15) / 5)


def test_what_lies_further_back_than_a_day_is_not_of_the_last_24_hours() -> None:
    books = books_of([{"a": 7}, *[{}] * 71, {"a": 1}])

    assert value("last 24 hours", books) == 1
    assert value("all time", books) == 8


def test_lemmy_forgets_readings_later_than_two_days_after_publication() -> None:
    books = books_of([{"a": 1}, *[{}] * 3 * 71, {"a": 1}])

    assert books.now - BEGINS > 2 * DAY
    late = (books.now - BEGINS - 2 * DAY) / HOUR
    assert value("Lemmy active", books) == pytest.approx(log(5) / (late + 2) ** 1.8)


def test_a_board_in_memory_keeps_the_score_of_decay() -> None:
    board, decay = Board(HALF_LIVES["4h"]), Decay(HALF_LIVES["4h"])
    board.count({"a": 3}, BEGINS)
    board.count({"a": 2, "b": 1}, BEGINS + HOUR)
    expected = decay.fold([(BEGINS, 3), (BEGINS + HOUR, 2)])

    assert board.weights(BEGINS + HOUR) == pytest.approx(
        {"a": decay.weight(expected, BEGINS + HOUR), "b": 1.0}
    )
    assert set(board.weights(BEGINS + HOUR + 30 * HOUR)) == {"a"}, "b is below the trim floor"
    assert board.weights(BEGINS + 1_000 * HOUR) == {}


def test_rising_lists_what_is_ahead_of_its_past_and_nothing_else() -> None:
    steady = [{"steady": 30}] * 72
    books = books_of([*steady, {"steady": 30, "new": 9}])

    assert BY_NAME["rising"].first(books, 10) == ["new"]
    assert BY_NAME["trending"].first(books, 10) == ["steady", "new"]


def test_ties_go_to_the_newer_as_where_the_lists_are_served() -> None:
    published = {"older": BEGINS - 1, "newer": BEGINS}

    assert BY_NAME["trending"].first(books_of([{"older": 1, "newer": 1}], published), 2) == ["newer", "older"]
    assert log10(1) == 0


def attention_of(
    slices: Sequence[Mapping[str, int]], breaking: Mapping[str, float] | None = None, warm_up: int = 3
) -> Attention:
    published = {i: BEGINS for one in slices for i in one}
    return Attention("made up", BEGINS, published, slices, breaking or {}, warm_up)


def fixed(name: str, *lists: Sequence[str]) -> Ranking:
    """Return a ranking that gives these lists one after the other, the last one again and again."""
    left = list(lists)
    return Ranking(name, "", lambda books: dict.fromkeys(left.pop(0) if len(left) > 1 else left[0], 1.0))


def test_capture_is_the_share_of_what_the_best_ten_would_have_had() -> None:
    """One look: of the next two hours the best ten have 10 + ... + 1 = 55 views, a list of two 10 + 1."""
    ahead = {f"a{n}": n for n in range(1, 11)} | {"least": 1}
    slices = [dict.fromkeys(ahead, 1)] * 3 + [ahead, *[{}] * 5]

    found = measure(attention_of(slices), [fixed("two", ["a10", "a1"])])["two"]

    assert found.capture == pytest.approx(11 / 55)
    assert found.precision == pytest.approx(2 / 10)
    assert found.found is None
    assert found.old == 0


def test_views_of_what_is_published_later_are_not_asked_of_a_list() -> None:
    slices = [{"a": 1}] * 3 + [{"a": 1, "later": 99}, *[{}] * 5]
    attention = attention_of(slices)
    later = dict(attention.published) | {"later": BEGINS + 3 * SLICE}

    found = measure(Attention("", BEGINS, later, slices, {}, 3), [fixed("a", ["a"])])["a"]

    assert found.capture == 1


def test_churn_is_what_is_new_in_an_hour() -> None:
    slices = [{"a": 1, "b": 1, "c": 1}] * 15

    found = measure(attention_of(slices), [fixed("moves", ["a", "b"], ["b", "c"], ["b", "c"])])["moves"]

    assert found.churn == pytest.approx((1 + 0) / 2)


def test_a_breaking_story_is_found_within_two_hours_and_its_delay_is_told() -> None:
    slices = [{"a": 1, "early": 1, "late": 1, "never": 1}] * 30
    breaks = BEGINS + 4 * SLICE
    breaking = {"early": breaks, "late": breaks, "never": breaks}
    ranking = Ranking(
        "by the clock",
        "",
        lambda books: (
            {"a": 1.0}
            | ({"early": 1.0} if books.now >= breaks + 2 * SLICE else {})
            | ({"late": 1.0} if books.now > breaks + 6 * SLICE else {})
        ),
    )

    found = measure(attention_of(slices, breaking), [ranking])["by the clock"]

    assert found.found == pytest.approx(1 / 3)
    assert found.delay == 40


def test_the_share_of_what_is_over_a_day_old() -> None:
    slices = [{"a": 1, "old": 1}] * 12
    attention = attention_of(slices)
    published = dict(attention.published) | {"old": BEGINS - 2 * DAY}

    found = measure(Attention("", BEGINS, published, slices, {}, 3), [fixed("both", ["a", "old"])])["both"]

    assert found.old == 0.5


def test_minutes_become_slices() -> None:
    minutes = [(BEGINS + 60 * n, {"a": 1}) for n in range(50)]

    found = Attention.of_minutes("m", minutes, {"a": BEGINS}, {}, warm_up=1_200)

    assert [one["a"] for one in found.slices] == [20, 20, 10]
    assert found.warm_up == 1
