"""Pins and sponsored slots in an answer, and that filters stay right around them."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.query.ranked.diversity import Diversity
from services.query.ranked.selection import Chosen, Filters, choose, ranks, with_slots
from shared.override import Slot
from tests.published import NOON, article
from tests.unit.test_query_selection import catalogue, listing


def ids(chosen: list[Chosen]) -> list[str]:
    return [one.article.id for one in chosen]


def test_a_pinned_article_stands_at_its_rank_and_moves_nobody() -> None:
    known = catalogue(*map(article, "abcd"))

    chosen = choose(listing(*"abcd", past=("b", "a", "c", "d")), known, Filters(), 10, pins=[(2, "d")])

    assert [(one.article.id, one.rank, one.movement, one.pinned) for one in chosen] == [
        ("a", 1, 1, False),
        ("d", 2, 0, True),
        ("b", 3, -1, False),
        ("c", 4, 0, False),
    ]


def test_an_article_may_be_pinned_that_nobody_reads() -> None:
    known = catalogue(*map(article, "abp"))

    chosen = choose(listing("a", "b"), known, Filters(), 2, pins=[(1, "p")])

    assert ids(chosen) == ["p", "a"]
    assert chosen[0].listed is None


def test_a_pin_stands_at_its_rank_among_what_passes_and_only_if_it_passes() -> None:
    known = catalogue(*(article(one, section="World" if one in "bdp" else "Local") for one in "abcdp"))
    pins = [(2, "p")]

    assert ids(choose(listing(*"abcd"), known, Filters(section="World"), 10, pins=pins)) == ["b", "p", "d"]
    local = choose(listing(*"abcd"), known, Filters(section="Local"), 10, pins=pins)
    assert ids(local) == ["a", "c"]
    assert ids(choose(listing(*"abcd"), known, Filters().without(frozenset("p")), 10, pins=pins)) == list(
        "abcd"
    )


def test_a_pin_below_the_end_of_a_list_is_its_end() -> None:
    known = catalogue(*map(article, "abp"))

    assert ids(choose(listing("a", "p", "b"), known, Filters(), 10, pins=[(5, "p")])) == ["a", "b", "p"]
    assert ids(choose(listing("a", "p", "b"), known, Filters(), 10, pins=[(50, "p")])) == ["a", "b", "p"]
    assert ids(choose(listing("p", "a", "b"), known, Filters(), 2, pins=[(50, "p")])) == ["a", "b"]


def test_the_newest_fill_up_around_a_pin_and_do_not_repeat_it() -> None:
    known = catalogue(*(article(one, published_at=NOON - timedelta(hours=n)) for n, one in enumerate("abcd")))

    assert ids(choose(listing("d"), known, Filters(), 10, pins=[(3, "a")])) == ["d", "b", "a", "c"]


def test_a_pinned_article_that_is_not_published_yet_is_held_back() -> None:
    known = catalogue(article("a"), article("p", published_at=NOON + timedelta(minutes=1)))

    assert ids(choose(listing("a"), known, Filters(), 10, NOON.timestamp(), pins=[(1, "p")])) == ["a"]
    assert ids(choose(listing("a"), known, Filters(), 10, NOON.timestamp() + 60, pins=[(1, "p")])) == [
        "p",
        "a",
    ]


def test_diversity_gives_pinned_articles_room_first() -> None:
    known = catalogue(*(article(one, section="World") for one in "abp"), article("c", section="Local"))
    one_of_each = Filters(diversity=Diversity((("section", 1),)))

    assert ids(choose(listing(*"abcp"), known, one_of_each, 10, pins=[(2, "p")])) == ["c", "p"]
    assert ids(choose(listing(*"abcp"), known, one_of_each, 10, pins=[(1, "a"), (2, "p")])) == ["a", "c"]


def test_a_list_that_is_not_filled_up_ends_where_it_ends() -> None:
    known = catalogue(*map(article, "abc"))

    assert ids(choose(listing("b"), known, Filters(), 10, fill=False)) == ["b"]


def test_ranks_are_those_of_the_whole_list_with_its_pins() -> None:
    known = catalogue(*map(article, "abcp"))

    assert ranks(listing(*"abc"), known, Filters(), [(2, "p")]) == {"a": 1, "p": 2, "b": 3, "c": 4}
    assert ranks(listing(*"abc"), known, Filters().without(frozenset("a"))) == {"b": 1, "c": 2}


def test_a_slot_takes_a_place_and_no_rank() -> None:
    known = catalogue(*map(article, "abcs"))
    chosen = choose(listing(*"abc"), known, Filters().without(frozenset("s")), 3)

    rows = with_slots(chosen, [Slot(2, "s", "Ad")], known, Filters(), 3)

    assert [(one.article.id, one.rank, one.label) for one in rows] == [
        ("a", 1, None),
        ("s", None, "Ad"),
        ("b", 2, None),
    ]


def test_a_slot_is_shown_where_its_article_passes() -> None:
    known = catalogue(article("a", section="World"), article("s", section="Local"))
    world = Filters(section="World")
    chosen = choose(listing("a"), known, world, 10)

    assert ids(with_slots(chosen, [Slot(1, "s", "Ad"), Slot(2, "gone", "Ad")], known, world, 10)) == ["a"]
    assert ids(with_slots(chosen, [Slot(9, "s", "Ad")], known, Filters(), 10)) == ["a", "s"]
    assert ids(with_slots(chosen, [Slot(9, "s", "Ad")], known, Filters(), 1)) == ["a"]


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple),
    st.dictionaries(st.integers(1, 12), st.sampled_from("abcdefghxyz"), max_size=5),
    st.integers(1, 10),
)
def test_whatever_is_pinned_the_others_keep_their_order_and_nothing_comes_twice(
    names: tuple[str, ...], places: dict[int, str], limit: int
) -> None:
    known = catalogue(*map(article, "abcdefgh"))
    pins = [(rank, one) for rank, one in sorted(places.items()) if list(places.values()).count(one) == 1]

    chosen = choose(listing(*names), known, Filters(), limit, pins=pins)

    shown = ids(chosen)
    pinned = {one for _, one in pins}
    assert len(shown) == len(set(shown)) == min(limit, 8)
    assert [one.rank for one in chosen] == list(range(1, len(shown) + 1))
    free = [one for one in shown if one in names and one not in pinned]
    assert free == [one for one in names if one in free]
    for rank, one in pins:
        if one in shown:
            at_the_end = all(other in pinned for other in shown[shown.index(one) :])
            assert shown.index(one) + 1 == rank or (shown.index(one) + 1 < rank and at_the_end)
