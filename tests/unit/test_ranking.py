"""The first K over boards that add up are exactly the first K of the sums."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ranking
from shared.ranking import TIE, Top

NEWS = [f"article-{n}" for n in range(30)]
JUNK = [f"junk-{n}" for n in range(30)]
PUBLISHED = {article_id: float(n // 3) for n, article_id in enumerate(NEWS)}


class Kept:
    """Boards in memory that say what they were asked."""

    def __init__(self, boards: Sequence[Mapping[str, float]], floor: float = 0.0) -> None:
        self.boards = boards
        self.floor = floor
        self.counts: list[int] = []
        self.looked_up: list[Sequence[Collection[str]]] = []

    async def tops(self, count: int) -> list[Top]:
        self.counts.append(count)
        return [self._top(board, count) for board in self.boards]

    def _top(self, board: Mapping[str, float], count: int) -> Top:
        values = dict(sorted(board.items(), key=lambda item: (item[1], item[0]), reverse=True)[:count])
        complete = len(values) < count
        return Top(values, self.floor if complete else min(values.values()), complete)

    async def look_up(self, wanted: Sequence[Collection[str]]) -> list[dict[str, float]]:
        self.looked_up.append(wanted)
        return [
            {i: board[i] for i in ids if i in board} for board, ids in zip(self.boards, wanted, strict=True)
        ]


def first(boards: Kept, depth: int, eligible: Collection[str] = NEWS) -> list[tuple[str, float]]:
    return asyncio.run(ranking.first(boards, depth, eligible, lambda article_id: PUBLISHED[article_id]))


def ids(totals: Sequence[tuple[str, float]]) -> list[str]:
    return [article_id for article_id, _ in totals]


def brute_force(
    boards: Sequence[Mapping[str, float]], depth: int, eligible: Collection[str] = NEWS
) -> list[tuple[str, float]]:
    """Return the list as its definition has it, from whole boards of integers."""
    sums = {i: sum(board.get(i, 0) for board in boards) for i in eligible}
    order = sorted((i for i in sums if sums[i] > 0), key=lambda i: (-sums[i], -PUBLISHED[i], i))
    return [(i, sums[i]) for i in order[:depth]]


board_of_counts = st.dictionaries(st.sampled_from(NEWS + JUNK), st.integers(1, 20), max_size=60)
board_of_ties = st.dictionaries(st.sampled_from(NEWS + JUNK), st.integers(1, 2), max_size=60)


@given(st.lists(board_of_counts | board_of_ties, min_size=1, max_size=6), st.integers(1, 12))
def test_the_certified_list_is_the_list_of_the_sums(boards, depth):
    assert first(Kept(boards), depth) == brute_force(boards, depth)


@given(st.lists(board_of_counts, min_size=1, max_size=4), st.integers(1, 5), st.sets(st.sampled_from(NEWS)))
def test_articles_outside_the_catalogue_cost_nobody_a_place(boards, depth, eligible):
    assert first(Kept(boards), depth, eligible) == brute_force(boards, depth, eligible)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(NEWS), st.floats(1e-3, 1e10), max_size=30), min_size=1, max_size=6
    ),
    st.integers(1, 12),
)
def test_weights_are_added_over_partitions(boards, depth):
    sums = {i: sum(board.get(i, 0.0) for board in boards) for i in NEWS}
    highest = sorted(sums.values(), reverse=True)[:depth]

    for (article_id, total), expected in zip(first(Kept(boards), depth), highest, strict=False):
        assert total == pytest.approx(sums[article_id])
        assert total == pytest.approx(expected)


def test_an_article_high_on_the_sum_and_on_no_board_is_found():
    """Third on every board of three, first of all: the sum of the tops would miss it."""
    boards = [
        {**{f"junk-{p}-{n}": 10.0 for n in range(2)}, NEWS[p]: 9.0, NEWS[9]: 8.0, NEWS[p + 10]: 1.0}
        for p in range(3)
    ]

    assert first(Kept(boards), 1) == [(NEWS[9], 24.0)]


def test_more_of_each_board_is_read_until_nothing_can_have_been_missed():
    """Nine on both boards beats ten on one, and is found below four tens on each."""
    tens = [dict.fromkeys(NEWS[start : start + 4], 10.0) for start in (0, 4)]
    boards = Kept([{**dict.fromkeys(NEWS, 1.0), **ten, NEWS[8]: 9.0, NEWS[9]: 9.0} for ten in tens])

    assert first(boards, 2) == [(NEWS[9], 18.0), (NEWS[8], 18.0)]
    assert boards.counts == [4, 8]
    assert all(len(ids) < len(NEWS) for wanted in boards.looked_up for ids in wanted)


def test_flat_boards_are_given_up_for_asking_by_article():
    flat = {article_id: 100.0 - n for n, article_id in enumerate(NEWS)}
    boards = Kept([flat, dict(zip(NEWS, reversed(flat.values()), strict=True))])

    assert first(boards, 2) == [(NEWS[27], 171.0), (NEWS[28], 171.0)]
    assert boards.counts == [4, 8]
    assert boards.looked_up[-1] == [NEWS, NEWS]


def test_a_board_that_was_read_whole_is_not_asked_again():
    boards = Kept([{NEWS[0]: 3.0, NEWS[1]: 1.0}, {NEWS[2]: 2.0}])

    assert ids(first(boards, 2)) == [NEWS[0], NEWS[2]]
    assert boards.counts == [4]
    assert boards.looked_up == []


def test_boards_full_of_junk_are_given_up_for_asking_by_article():
    """A flood of made-up ids costs at most one question for each article of the catalogue."""
    flood = {f"junk-{n}": 1_000.0 for n in range(5_000)}
    boards = Kept([{**flood, NEWS[4]: 2.0}, {**flood, NEWS[5]: 1.0}])

    assert first(boards, 5) == [(NEWS[4], 2.0), (NEWS[5], 1.0)]
    assert max(boards.counts) < len(NEWS)


def test_what_was_trimmed_off_a_board_keeps_a_list_from_being_certified_too_early():
    """A complete board may have trimmed an article that is worth up to the floor there."""
    full = {article_id: 1.0 - n / 100 for n, article_id in enumerate(NEWS)}

    assert Kept([{}], floor=0.5)._top({}, 4).rest == 0.5
    without, with_floor = Kept([full, {}]), Kept([full, {}], floor=0.5)
    assert first(without, 2) == first(with_floor, 2)
    assert without.counts == [4]
    assert with_floor.counts == [4, 8]


def test_a_tie_with_what_was_not_seen_is_no_certificate():
    found = [("a", 5.0), ("b", 4.0)]

    assert ranking.certified(found, 2, 3.9)
    assert not ranking.certified(found, 2, 4.0)
    assert not ranking.certified(found, 3, 0.0)


def test_ties_go_to_the_newer_publication_and_then_to_the_id():
    totals = dict.fromkeys(["old-a", "old-b", "new"], 5.0)
    published = {"old-a": 1.0, "old-b": 1.0, "new": 2.0}

    assert ids(ranking.ordered(totals, published.__getitem__)) == ["new", "old-a", "old-b"]


def test_a_billionth_apart_is_a_tie_and_more_is_not():
    published = {"newer": 2.0, "older": 1.0}

    within = ranking.ordered({"older": 1e6, "newer": 1e6 * (1 - 0.9 * TIE)}, published.__getitem__)
    beyond = ranking.ordered({"older": 1e6, "newer": 1e6 * (1 - 1.1 * TIE)}, published.__getitem__)

    assert ids(within) == ["newer", "older"]
    assert ids(beyond) == ["older", "newer"]


def test_a_chain_of_ties_does_not_tie_its_ends():
    """Each is 0.6 billionths below the one before: the first two tie, then the next two."""
    chain = {name: 1.0 - 0.6 * TIE * n for n, name in enumerate("abcd")}
    published = {name: float(n) for n, name in enumerate("abcd")}

    assert ids(ranking.ordered(chain, published.__getitem__)) == ["b", "a", "d", "c"]


@given(st.dictionaries(st.sampled_from(NEWS), st.floats(0.5, 1.5)), st.randoms())
def test_the_order_does_not_depend_on_the_order_it_is_told_in(totals, random):
    shuffled = dict(random.sample(list(totals.items()), k=len(totals)))

    assert ranking.ordered(totals, PUBLISHED.__getitem__) == ranking.ordered(shuffled, PUBLISHED.__getitem__)


def test_what_is_worth_nothing_is_on_no_list():
    assert ranking.ordered({"a": 0.0, "b": 1.0}, lambda _: 0.0) == [("b", 1.0)]
