"""A published list and its history survive their way through Redis."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import history, listing
from shared.listing import Listed, Listing

ids = st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=20)
entries = st.lists(st.builds(Listed, ids, st.floats(0.001, 1e12), st.integers(0, 1 << 53)), max_size=20).map(
    tuple
)
listings = st.builds(
    Listing,
    generation=st.integers(0, 10**20 - 1),
    changed_at=st.floats(0, 4e9),
    since=st.none() | st.floats(0, 4e9),
    entries=entries,
    past=st.lists(ids, max_size=100).map(tuple),
    ratio=st.none() | st.floats(1, 2),
)


@given(listings)
def test_a_list_is_read_as_it_was_written(written):
    assert listing.decode(listing.encode(written)) == written


def test_a_list_of_the_release_before_is_read_without_what_it_did_not_have():
    before = b"0" * 19 + b"5" + msgpack.packb([1.0, None, [["a", 2.0, 3]], ["a"]])

    assert listing.decode(before) == Listing(5, 1.0, None, (Listed("a", 2.0, 3),), ("a",), ratio=None)


@given(listings, listings)
def test_the_head_of_the_value_orders_by_generation(one, other):
    heads = [listing.encode(each)[:20] for each in (one, other)]

    assert (heads[0] < heads[1]) == (one.generation < other.generation)


@pytest.mark.parametrize(
    "value", [b"", b"not a list", b"0" * 20, b"0" * 20 + b"\x01", b"0" * 20 + b"\x94\x01\xc0\x91\x01\x90"]
)
def test_what_is_no_list_is_a_value_error(value):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        listing.decode(value)


@given(st.lists(st.tuples(ids, st.floats(0.001, 1e6)), max_size=120))
def test_a_snapshot_is_the_first_hundred_with_seven_digits_of_their_values(ranked):
    read = history.decode(history.encode(ranked))

    assert [article_id for article_id, _ in read] == [article_id for article_id, _ in ranked[:100]]
    for (_, value), (_, written) in zip(read, ranked, strict=False):
        assert value == pytest.approx(written, rel=1e-7)


@given(st.lists(st.tuples(ids, st.integers(1, 9).map(float)), max_size=100), st.binary(min_size=1))
def test_a_snapshot_is_read_with_the_dictionary_it_was_written_with(ranked, dictionary):
    assert list(history.decode(history.encode(ranked, dictionary), dictionary)) == ranked
    assert list(history.decode(history.encode(ranked), dictionary)) == ranked
    with pytest.raises(ValueError, match="not a snapshot"):
        history.decode(history.encode(ranked, dictionary), dictionary + b"another")


@given(st.lists(st.tuples(ids, st.integers(0, 1 << 53).map(float)), max_size=100))
def test_a_snapshot_keeps_views_to_the_unit(ranked):
    assert list(history.decode(history.encode(ranked))) == ranked


@pytest.mark.parametrize("snapshot", [b"", b"not compressed", history.encode([("a", 1.0)])[:-3]])
def test_what_is_no_snapshot_is_a_value_error(snapshot):
    with pytest.raises(ValueError, match="not a snapshot"):
        history.decode(snapshot)
