"""Which overrides are in force at a moment, and where what they place stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.override import InForce, Override, Placed, Slot, arranged, in_force, read_all
from tests.overriding import override

NOON = 1_771_675_200.0
ALIASES = {"old-slug": "a", "older-slug": "a"}


def resolve(article_id: str) -> str:
    return ALIASES.get(article_id, article_id)


def test_an_override_is_in_force_until_its_time_has_come() -> None:
    stored = {"a": override("ban", until=NOON), "b": override("ban", until=NOON + 0.001)}

    assert in_force(stored, resolve, NOON).unranked == {"b"}
    assert in_force(stored, resolve, NOON + 1).unranked == set()


def test_the_override_of_an_id_that_became_an_alias_is_that_of_its_article() -> None:
    stored = {"old-slug": override("ban")}

    assert in_force(stored, resolve, NOON).unranked == {"a"}


def test_an_override_of_its_own_goes_before_an_inherited_one() -> None:
    stored = {"a": override("boost", factor=3.0), "old-slug": override("ban")}

    found = in_force(stored, resolve, NOON)

    assert found.unranked == set()
    assert found.factors == {"a": 3.0}


def test_what_is_placed_is_ordered_by_place() -> None:
    found = InForce(
        {
            "third": override("pin", position=3),
            "first": override("pin", position=1),
            "shown": override("sponsor", position=2, label="Ad"),
            "boosted": override("boost"),
            "banned": override("ban"),
        }
    )

    assert found.placed.pins == ((1, "first"), (3, "third"))
    assert found.placed.slots == (Slot(2, "shown", "Ad"),)


def test_what_is_placed_can_be_told_of_some_articles_alone() -> None:
    placed = Placed(((1, "a"), (2, "gone")), (Slot(1, "b", "Ad"), Slot(2, "gone-too", "Ad")))

    assert placed.among({"a", "b"}) == Placed(((1, "a"),), (Slot(1, "b", "Ad"),))


@pytest.mark.parametrize(
    ("order", "pins", "expected"),
    [
        ("abc", [], "abc"),
        ("abc", [(1, "P")], "Pabc"),
        ("abc", [(2, "P")], "aPbc"),
        ("abc", [(2, "P"), (3, "Q")], "aPQbc"),
        ("abc", [(2, "P"), (4, "Q")], "aPbQc"),
        ("abc", [(4, "P")], "abcP"),
        ("abc", [(9, "P"), (10, "Q")], "abcPQ"),
        ("abc", [(1, "P"), (1, "Q")], "PQabc"),
        ("", [(2, "P"), (5, "Q")], "PQ"),
    ],
)
def test_what_is_pinned_stands_at_its_place(order: str, pins: list[tuple[int, str]], expected: str) -> None:
    assert "".join(arranged(order, pins)) == expected


@given(st.integers(0, 20), st.sets(st.integers(1, 30), max_size=8))
def test_every_pin_is_at_its_place_or_at_the_end_and_the_rest_keeps_its_order(
    length: int, places: set[int]
) -> None:
    order = [f"article-{n}" for n in range(length)]

    found = list(arranged(order, [(place, f"pin-{place}") for place in sorted(places)]))

    assert [one for one in found if one.startswith("article")] == order
    assert len(found) == length + len(places)
    for place in places:
        stands = found.index(f"pin-{place}") + 1
        at_the_end = stands < place and all(one.startswith("pin") for one in found[stands:])
        assert stands == place or at_the_end


def test_what_is_no_override_is_left_out_and_the_others_are_read(caplog: pytest.LogCaptureFixture) -> None:
    good = override("pin", position=7)

    found = read_all({b"a": good.encode().encode(), b"b": b"{}", b"c": b"\xff", b"d": b'{"action": "pin"}'})

    assert found == {"a": good}
    assert caplog.text.count("cannot be read") == 3


def test_an_override_is_read_back_as_it_was_written() -> None:
    for action in ("pin", "ban", "boost", "sponsor"):
        one = override(action)
        assert Override.decode(one.encode().encode()) == one
