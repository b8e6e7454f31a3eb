"""Which articles of a published list are answered, and what their ranks say."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.query.ranked.selection import Filters, choose, ranks
from shared.article import Article
from shared.catalogue import SiteCatalogue
from shared.listing import Listed, Listing
from tests.published import NOON, article


def listing(*ids: str, past: tuple[str, ...] = ()) -> Listing:
    return Listing(1, 1.0, None, tuple(Listed(one, 1.0, 7) for one in ids), past)


def catalogue(*articles: Article) -> SiteCatalogue:
    return SiteCatalogue({one.id: one for one in articles})


def test_ranks_are_counted_among_the_articles_that_pass() -> None:
    known = catalogue(article("a", section="World"), article("b"), article("c", section="World"))

    chosen = choose(listing("a", "b", "c"), known, Filters(section="World"), 10)

    assert [(one.article.id, one.rank) for one in chosen] == [("a", 1), ("c", 2)]


def test_movement_is_against_the_equally_filtered_list_of_an_hour_ago() -> None:
    known = catalogue(*(article(one, tags=("T",) if one != "x" else ()) for one in "abcx"))

    chosen = choose(listing("a", "b", "c", past=("c", "x", "b")), known, Filters(tag="T"), 10)

    # Without x the past was c, b: c fell from 1 to 3, b stays at 2, and a was not on the list.
    assert [(one.article.id, one.movement) for one in chosen] == [("a", None), ("b", 0), ("c", -2)]


def test_a_risen_article_has_a_positive_movement() -> None:
    known = catalogue(article("a"), article("b"))

    chosen = choose(listing("a", "b", past=("b", "a")), known, Filters(), 1)

    assert [one.movement for one in chosen] == [1]


def test_every_filter_is_exact_and_they_act_together() -> None:
    whole = article("a", section="World", tags=("One", "Two"), authors=("Ann",), published_at=NOON)
    known = catalogue(
        whole,
        article("b", section="world", tags=("One",), authors=("Ann",)),
        article("c", section="World", tags=("On",), authors=("Ann",)),
        article("d", section="World", tags=("One",), authors=("Anna",)),
        article(
            "e", section="World", tags=("One",), authors=("Ann",), published_at=NOON - timedelta(seconds=1)
        ),
        article("f", section="World", tags=("One",), authors=("Ann",)),
    )
    filters = Filters("World", "One", "Ann", NOON.timestamp(), frozenset({"f"}))

    assert [one.article for one in choose(listing(*"fedcba"), known, filters, 10)] == [whole]


def test_a_short_list_is_filled_with_the_newest_that_pass() -> None:
    known = catalogue(
        article("listed", tags=("T",)),
        article("old", tags=("T",), published_at=NOON - timedelta(hours=2)),
        article("new", tags=("T",), published_at=NOON - timedelta(hours=1)),
        article("newest", published_at=NOON),
    )

    chosen = choose(listing("listed", past=("new",)), known, Filters(tag="T"), 3)

    assert [(one.article.id, one.rank, one.movement) for one in chosen] == [
        ("listed", 1, None),
        ("new", 2, None),
        ("old", 3, None),
    ]
    assert [one.listed is None for one in chosen] == [False, True, True]


def test_what_the_catalogue_does_not_have_takes_no_rank() -> None:
    known = catalogue(article("a"), article("b"))

    chosen = choose(listing("gone", "a", "b"), known, Filters(), 10)

    assert [(one.article.id, one.rank) for one in chosen] == [("a", 1), ("b", 2)]
    assert ranks(listing("gone", "a", "b"), known, Filters()) == {"a": 1, "b": 2}


ids = st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple)


@given(ids, ids, st.frozensets(st.sampled_from("abcdefgh")), st.integers(1, 10))
def test_an_answer_is_as_long_as_the_catalogue_allows_and_names_nothing_twice(
    now: tuple[str, ...], past: tuple[str, ...], exclude: frozenset[str], limit: int
) -> None:
    known = catalogue(*(article(one) for one in "abcdef"))

    chosen = choose(listing(*now, past=past), known, Filters(exclude=exclude), limit)

    named = [one.article.id for one in chosen]
    assert len(named) == min(limit, 6 - len(exclude & set("abcdef")))
    assert len(set(named)) == len(named)
    assert not exclude & set(named)
    assert [one.rank for one in chosen] == list(range(1, len(named) + 1))


def test_the_newest_follow_what_is_put_and_taken_away() -> None:
    known = catalogue(article("a"), article("b", published_at=NOON - timedelta(hours=1)))
    assert [one.id for one in known.newest()] == ["a", "b"]

    known.put(["a", "c"], [article("c", published_at=NOON + timedelta(hours=1))])

    assert [one.id for one in known.newest()] == ["c", "b"]


def test_an_article_that_is_not_published_yet_fills_nothing_up() -> None:
    known = catalogue(article("out"), article("embargoed", published_at=NOON + timedelta(minutes=1)))

    chosen = choose(listing(), known, Filters(), 10, now=NOON.timestamp())

    assert [one.article.id for one in chosen] == ["out"]
