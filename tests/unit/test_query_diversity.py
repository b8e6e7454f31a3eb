"""At most so many of one section, tag or author, and only what was read often enough."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.ranked.diversity import PATTERN, Diversity, diversity_of
from services.query.ranked.selection import Chosen, Filters, choose
from shared.article import Article
from shared.catalogue import SiteCatalogue
from shared.listing import Listed, Listing
from shared.problem import Problem
from tests.published import NOON, article

WORLD, LOCAL = {"section": "World"}, {"section": "Local"}


def listing(*ids: str, views: int = 7, past: tuple[str, ...] = ()) -> Listing:
    return Listing(1, 1.0, None, tuple(Listed(one, 1.0, views) for one in ids), past)


def catalogue(*articles: Article) -> SiteCatalogue:
    return SiteCatalogue({one.id: one for one in articles})


def at_most(**limits: int) -> Filters:
    return Filters(diversity=Diversity(tuple(limits.items())))


def ids(chosen: list[Chosen]) -> list[str]:
    return [one.article.id for one in chosen]


def test_the_highest_of_a_section_keep_their_places() -> None:
    known = catalogue(
        article("a", **WORLD), article("b", **WORLD), article("c", **LOCAL), article("d", **WORLD)
    )

    chosen = choose(listing("a", "b", "c", "d"), known, at_most(section=1), 10)

    assert [(one.article.id, one.rank) for one in chosen] == [("a", 1), ("c", 2)]


def test_an_article_of_many_tags_needs_room_for_each() -> None:
    known = catalogue(
        article("a", tags=("One",)), article("b", tags=("One", "Two")), article("c", tags=("Two",))
    )

    assert ids(choose(listing("a", "b", "c"), known, at_most(tag=1), 10)) == ["a", "c"]


def test_an_article_without_a_section_is_limited_by_none() -> None:
    known = catalogue(article("a"), article("b"), article("c"))

    assert ids(choose(listing("a", "b", "c"), known, at_most(section=1, author=1), 10)) == ["a", "b", "c"]


def test_limits_act_together_with_filters_and_with_each_other() -> None:
    known = catalogue(
        article("a", **WORLD, authors=("Ann",)),
        article("b", **WORLD, authors=("Bo",)),
        article("c", **LOCAL, authors=("Ann",)),
        article("d", **LOCAL, authors=("Bo", "Cy")),
        article("e", **LOCAL, authors=("Cy",)),
    )

    chosen = choose(listing("a", "b", "c", "d", "e"), known, at_most(section=1, author=1), 10)

    assert ids(chosen) == ["a", "d"]


def test_what_fills_a_list_up_keeps_to_the_limit_too() -> None:
    known = catalogue(
        article("listed", **WORLD),
        article("newest", **WORLD, published_at=NOON + timedelta(hours=2)),
        article("newer", **LOCAL, published_at=NOON + timedelta(hours=1)),
    )

    assert ids(choose(listing("listed"), known, at_most(section=1), 10)) == ["listed", "newer"]


def test_movement_is_against_the_past_under_the_same_limit() -> None:
    known = catalogue(article("a", **WORLD), article("b", **WORLD), article("c", **LOCAL))

    chosen = choose(listing("b", "c", past=("b", "a", "c")), known, at_most(section=1), 10)

    # a had no room beside b, so c was second already.
    assert [(one.article.id, one.movement) for one in chosen] == [("b", 0), ("c", 0)]


def test_what_was_read_too_seldom_gives_way_to_the_newest_which_may_be_itself() -> None:
    known = catalogue(article("seldom", published_at=NOON + timedelta(hours=1)), article("often"))
    entries = (Listed("seldom", 9.0, 9), Listed("often", 5.0, 10))

    chosen = choose(Listing(1, 1.0, None, entries, ("seldom", "often")), known, Filters(min_views=10), 10)

    assert [(one.article.id, one.movement, one.listed is None) for one in chosen] == [
        ("often", 0, False),
        ("seldom", None, True),
    ]


many = st.lists(
    st.tuples(st.sampled_from(["World", "Local", None]), st.lists(st.sampled_from("xyz"), unique=True)),
    min_size=1,
    max_size=20,
)


@given(many, st.integers(1, 3), st.integers(1, 3), st.integers(1, 20))
def test_no_limit_is_ever_passed_and_nothing_is_left_out_that_had_room(
    drawn: list[tuple[str | None, list[str]]], section: int, tag: int, limit: int
) -> None:
    articles = [article(f"a{n:02}", section=one, tags=tuple(tags)) for n, (one, tags) in enumerate(drawn)]
    names = [one.id for one in articles]

    chosen = choose(listing(*names), catalogue(*articles), at_most(section=section, tag=tag), limit)

    taken: list[Article] = []
    for one in articles:
        room = one.section is None or sum(t.section == one.section for t in taken) < section
        room = room and all(sum(word in t.tags for t in taken) < tag for word in one.tags)
        if room:
            taken.append(one)
    assert ids(chosen) == [one.id for one in taken[:limit]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("section:2", (("section", 2),)),
        ("author:1,section:100", (("section", 100), ("author", 1))),
        ("tag:1,author:2,section:3", (("section", 3), ("tag", 1), ("author", 2))),
    ],
)
def test_what_is_asked_for_is_read_whatever_its_order(
    text: str, expected: tuple[tuple[str, int], ...]
) -> None:
    assert diversity_of({"diversity": text}) == Diversity(expected)


@given(st.from_regex(PATTERN, fullmatch=True).map(str.strip))
def test_what_the_document_promises_is_taken_unless_a_kind_comes_twice(text: str) -> None:
    asked = [part.partition(":") for part in text.split(",")]
    kinds = {kind for kind, _, _ in asked}

    if len(kinds) == len(asked):
        found = diversity_of({"diversity": text})
        assert dict(found.limits) == {kind: int(most) for kind, _, most in asked}
    else:
        with pytest.raises(Problem, match="diversity"):
            diversity_of({"diversity": text})
