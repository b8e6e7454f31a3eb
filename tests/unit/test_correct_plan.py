"""Which views of an attack are taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.correction.plan import Amount, cut, plan
from shared.problem import Kind, Problem

cells = st.lists(st.integers(0, 2_000), max_size=12)


def test_what_stands_out_is_taken_and_ordinary_hours_are_left_alone() -> None:
    assert cut([100, 10_000, 120, 0], 9_880) == [0, 9_880, 0, 0]


def test_a_cut_below_the_second_highest_takes_of_both() -> None:
    assert cut([100, 300, 200], 301) == [0, 200, 101]


@given(cells, st.data())
def test_a_cut_takes_exactly_as_many_off_the_top(hours: list[int], data: st.DataObject) -> None:
    views = data.draw(st.integers(0, sum(hours)))

    taken = cut(hours, views)

    left = [cell - one for cell, one in zip(hours, taken, strict=True)]
    assert sum(taken) == views
    assert all(0 <= one <= cell for one, cell in zip(taken, hours, strict=True))
    lowest_cut = min((rest for rest, one in zip(left, taken, strict=True) if one), default=None)
    assert lowest_cut is None or max(left) <= lowest_cut + 1


def test_more_than_there_is_cannot_be_cut() -> None:
    with pytest.raises(ValueError, match="4 of 3 views"):
        cut([1, 2], 4)


def test_all_but_what_is_kept_is_taken_over_all_partitions() -> None:
    taken = plan({0: [10, 500], 1: [10, 300]}, Amount(keep=40), {})

    assert sum(map(sum, taken.values())) == 820 - 40
    assert taken[0][0] == taken[1][0] == 0


def test_without_an_amount_nothing_stays() -> None:
    assert plan({0: [3, 4], 1: [0, 5]}, Amount(), {}) == {0: [3, 4], 1: [0, 5]}


@pytest.mark.parametrize(("amount", "field"), [(Amount(views=13), "views"), (Amount(keep=13), "keep")])
def test_more_views_than_there_are_are_refused_with_what_there_is(amount: Amount, field: str) -> None:
    with pytest.raises(Problem) as refusal:
        plan({0: [3, 4], 1: [0, 5]}, amount, {})

    assert refusal.value.kind is Kind.CORRECTION_REFUSED
    assert refusal.value.extra == {"field": field, "there": 12}


def test_what_was_interrupted_takes_the_rest_where_it_has_not_been() -> None:
    assert plan({0: [40], 1: [100]}, Amount(views=90), {0: 60}) == {1: [30]}
    assert plan({0: [40], 1: [100]}, Amount(keep=50), {0: 60}) == {1: [90]}


def test_what_was_done_is_not_refused_because_little_is_left() -> None:
    assert plan({0: [0], 1: [4]}, Amount(keep=5), {0: 60}) == {1: [0]}
