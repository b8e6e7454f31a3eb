"""A stream entry, and what becomes of one that is broken."""

import contextlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.entry import Defect, DefectiveEntry, Entry, View, decode, encode, new_entry_id

hashes = st.none() | st.integers(0, 2**64 - 1)
moments = st.integers(0, 4_000_000_000_000)
words = st.text(min_size=1, max_size=50).filter(lambda s: s.isprintable())
views = st.builds(
    View,
    words,
    words,
    moments,
    moments,
    hashes,
    hashes,
    st.floats(1e-6, 1e6),
    st.none() | words,
)
VIEW = View("news.example", "/a", 1_000, 1_000)


@given(st.lists(views, min_size=1, max_size=20), st.none() | st.integers(0, 86_400))
def test_what_is_encoded_is_decoded(some: list[View], window: int | None):
    entry = Entry(new_entry_id(1_700_000_000_000), some, window)

    assert decode(encode(entry)) == entry


def test_an_entry_id_tells_when_it_was_made():
    assert Entry(new_entry_id(1_700_000_000_123), [VIEW]).made_ms == 1_700_000_000_123


@pytest.mark.parametrize("count", [0, 501])
def test_an_entry_carries_one_to_five_hundred_views(count: int):
    with pytest.raises(ValueError, match="1-500"):
        encode(Entry(new_entry_id(0), [VIEW] * count))


def good() -> dict[bytes, bytes]:
    return encode(Entry(new_entry_id(0), [VIEW]))


def with_row(*row: object) -> dict[bytes, bytes]:
    return {**good(), b"b": msgpack.packb([row])}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {**good(), b"v": b"2"},
        {k: v for k, v in good().items() if k != b"v"},
    ],
)
def test_an_unknown_version_is_told_as_such(fields: dict[bytes, bytes]):
    with pytest.raises(DefectiveEntry) as defective:
        decode(fields)

    assert defective.value.defect is Defect.UNKNOWN_VERSION


@pytest.mark.parametrize(
    "fields",
    [
        {**good(), b"e": b"\xff"},
        {**good(), b"e": b"short"},
        {**good(), b"e": b"z" * 28},
        {**good(), b"b": b""},
        {**good(), b"b": b"\xc1"},
        {**good(), b"b": msgpack.packb([])},
        {**good(), b"b": msgpack.packb({"a": 1})},
        {**good(), b"b": msgpack.packb([[1, 2]])},
        {**good(), b"b": good()[b"b"] + b"\x00"},
        {**good(), b"w": b"soon"},
        {**good(), b"w": b"-1"},
        {**good(), b"t": b"\xff"},
        with_row("", "/a", 1, 1, None, None, 1.0, None),
        with_row("s", "/a", -1, 1, None, None, 1.0, None),
        with_row("s", "/a", 1, True, None, None, 1.0, None),
        with_row("s", "/a", 1, 1, -1, None, 1.0, None),
        with_row("s", "/a", 1, 1, None, None, 0.0, None),
        with_row("s", "/a", 1, 1, None, None, float("nan"), None),
        with_row("s", "/a", 1, 1, None, None, 1, None),
        with_row("s", "/a", 1, 1, None, None, 1.0, 7),
        with_row("s", b"/a", 1, 1, None, None, 1.0, None),
    ],
)
def test_whatever_is_wrong_with_an_entry_it_is_undecodable(fields: dict[bytes, bytes]):
    with pytest.raises(DefectiveEntry) as defective:
        decode(fields)

    assert defective.value.defect is Defect.UNDECODABLE


@given(st.dictionaries(st.sampled_from([b"v", b"e", b"b", b"w"]), st.binary(max_size=60)))
def test_no_bytes_do_more_than_make_an_entry_defective(fields: dict[bytes, bytes]):
    with contextlib.suppress(DefectiveEntry):
        decode({**fields, b"v": b"1"})
