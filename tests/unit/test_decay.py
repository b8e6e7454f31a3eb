"""What the arithmetic of decay promises, in the reader's words."""

from functools import reduce
from math import inf, isfinite, log2, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decay import FLOOR_WEIGHT, HALF_LIVES, Decay, floor_score

NOON = 1_771_675_200.0
HOUR = 3_600.0
YEAR = 365 * 86_400.0

half_lives = st.sampled_from(sorted(HALF_LIVES.values()))
moments = st.floats(NOON - 86_400, NOON)
weights = st.floats(0.01, 100)
views = st.lists(st.tuples(moments, weights), min_size=1, max_size=50)


@given(half_lives)
def test_a_view_is_worth_one_when_it_happens(half_life):
    decay = Decay(half_life)

    assert decay.weight(decay.score(1, at=NOON), now=NOON) == 1


@given(half_lives, st.integers(1, 1_000_000))
def test_a_view_is_worth_half_after_one_half_life(half_life, count):
    decay = Decay(half_life)

    assert decay.weight(decay.score(count, at=NOON), now=NOON + half_life) == pytest.approx(count / 2)


@given(half_lives)
def test_ten_views_now_outrank_nine_now_and_one_an_hour_ago(half_life):
    decay = Decay(half_life)
    fresh = decay.score(10, at=NOON)
    older = decay.add(decay.score(9, at=NOON), decay.score(1, at=NOON - HOUR))

    assert fresh > older


@given(half_lives, views, st.randoms())
def test_views_may_arrive_in_any_order(half_life, views, random):
    decay = Decay(half_life)
    scores = [decay.score(weight, at) for at, weight in views]
    shuffled = random.sample(scores, k=len(scores))

    assert reduce(decay.add, scores) == pytest.approx(reduce(decay.add, shuffled), abs=1e-4, rel=0)


@given(half_lives, views)
def test_folding_a_batch_is_adding_its_views_one_by_one(half_life, views):
    decay = Decay(half_life)
    one_by_one = reduce(decay.add, [decay.score(weight, at) for at, weight in views])

    assert decay.fold(views) == pytest.approx(one_by_one, abs=1e-4, rel=0)


@given(half_lives, views)
def test_the_weight_of_a_score_is_the_sum_of_what_its_views_are_worth(half_life, views):
    decay = Decay(half_life)
    now = NOON + HOUR
    expected = sum(weight * 2 ** ((at - now) / half_life) for at, weight in views)

    assert decay.weight(decay.fold(views), now) == pytest.approx(expected, rel=1e-6)


@given(half_lives, moments, moments, st.floats(0, YEAR))
def test_waiting_changes_no_order(half_life, one, other, wait):
    decay = Decay(half_life)
    higher, lower = max(one, other), min(one, other)

    assert decay.weight(higher, NOON + wait) >= decay.weight(lower, NOON + wait)


@given(st.permutations([NOON - YEAR, NOON - 30 * 86_400, NOON - 1, NOON]))
def test_views_a_year_apart_at_a_quarter_of_an_hour_leave_no_infinity_behind(moments):
    decay = Decay(900.0)
    folded = decay.fold((at, 1.0) for at in moments)
    added = reduce(decay.add, [decay.score(1, at) for at in moments])

    assert isfinite(folded)
    assert folded == pytest.approx(added, abs=1e-4, rel=0)
    assert folded >= NOON
    assert decay.weight(folded, now=NOON + YEAR) == 0


def test_old_views_alone_are_folded_from_their_own_latest():
    decay = Decay(900.0)

    assert decay.fold([(0.0, 1.0), (0.0, 3.0)]) == pytest.approx(1_800.0)


def test_one_view_still_shows_among_ten_thousand_million():
    decay = Decay(HOUR)
    huge = decay.score(1e10, at=NOON)

    assert decay.add(huge, decay.score(1, at=NOON)) > huge


@pytest.mark.parametrize("half_life", [0.0, -1.0, inf, nan])
def test_a_half_life_is_positive_and_finite(half_life):
    with pytest.raises(ValueError, match="half_life"):
        Decay(half_life)


@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_no_views_have_no_score(weight):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is that of math.log2
        Decay(HOUR).score(weight, at=NOON)
    with pytest.raises(ValueError):  # noqa: PT011 - the message is that of max
        Decay(HOUR).fold([])


@given(half_lives, st.integers(1, 256))
def test_the_floors_of_all_partitions_together_are_a_hundredth_of_a_view(half_life, partitions):
    floor = floor_score(half_life, NOON, partitions)

    assert Decay(half_life).weight(floor, NOON) * partitions == pytest.approx(FLOOR_WEIGHT)
    assert floor == pytest.approx(NOON + half_life * log2(FLOOR_WEIGHT / partitions))
