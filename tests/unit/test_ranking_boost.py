"""The first K when some articles weigh more, or less, than their readers make them."""

import asyncio
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ranker.boost import rises
from services.ranker.candidates import Weights
from shared import ranking
from shared.decay import Decay
from shared.rising import rise, rising
from tests.unit.test_ranking import JUNK, NEWS, PUBLISHED, Kept, board_of_counts, ids

powers_of_two = st.dictionaries(
    st.sampled_from(NEWS), st.sampled_from([0.25, 0.5, 2.0, 4.0, 64.0]), max_size=8
)
"""Factors that leave sums of integers exact."""


def first(boards: Kept, depth: int, factors: dict[str, float]) -> list[tuple[str, float]]:
    return asyncio.run(ranking.first(boards, depth, NEWS, lambda one: PUBLISHED[one], factors))


@given(st.lists(board_of_counts, min_size=1, max_size=4), st.integers(1, 12), powers_of_two)
def test_the_certified_list_is_the_list_of_the_multiplied_sums(boards, depth, factors):
    sums = {i: sum(board.get(i, 0) for board in boards) * factors.get(i, 1) for i in NEWS}
    order = sorted((i for i in sums if sums[i] > 0), key=lambda i: (-sums[i], -PUBLISHED[i], i))

    assert first(Kept(boards), depth, factors) == [(i, sums[i]) for i in order[:depth]]


def test_a_boosted_article_is_found_far_below_the_top_of_every_board():
    flood = dict.fromkeys(JUNK, 1000.0)
    boards = [{**flood, **dict.fromkeys(NEWS[:20], 100.0), NEWS[29]: 1.5} for _ in range(3)]

    found = first(Kept(boards), 2, {NEWS[29]: 100.0})

    assert found[0] == (NEWS[29], 450.0)


def test_a_boost_of_what_nobody_reads_is_worth_nothing():
    assert ids(first(Kept([{NEWS[0]: 1.0}]), 5, {NEWS[1]: 100.0, "gone": 100.0})) == [NEWS[0]]


def test_a_boost_of_a_weight_is_a_shift_of_the_score():
    decay = Decay(14_400)
    score = decay.score(7.0, at=1_771_700_000.0)
    shifted = score + decay.half_life * log2(3)
    now = 1_771_703_600.0
    assert decay.weight(shifted, now) == pytest.approx(3 * decay.weight(score, now))


QUIET = {f"quiet-{n}": (4.0, 64.0) for n in range(40)}


def weights(**others: tuple[float, float]) -> Weights:
    every = {**QUIET, **others}
    return Weights({i: short for i, (short, _) in every.items()}, {i: long for i, (_, long) in every.items()})


def test_without_factors_what_rises_is_what_rises():
    found = weights(breaking=(60.0, 70.0))

    assert rises(found, {}) == rising(found.short, found.long)
    assert list(rises(found, {}).values) == ["breaking"]


def test_a_boosted_rise_is_that_of_so_many_more_views_and_leaves_the_site_alone():
    found = weights(breaking=(1.5, 1.6))
    before = rises(found, {})

    after = rises(found, {"breaking": 10.0})

    assert before.values == {}
    assert after.values == {"breaking": rise(15.0, 16.0, before.ratio).r}
    assert after.ratio == before.ratio


def test_a_factor_below_one_takes_an_article_off_the_list():
    found = weights(breaking=(60.0, 70.0))

    assert rises(found, {"breaking": 0.02}).values == {}


def test_a_boost_makes_nothing_rise_that_does_not():
    assert rises(weights(), {"quiet-1": 100.0}).values == {}
