"""What can be decoded can be planned: no entry that is let through stops the counter by itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.counter.batch import Batch, Time
from services.counter.layout import lay_out
from services.counter.seen import Window
from shared.entry import DefectiveEntry, Entry, View, decode, encode

NOON_MS = 1_771_675_200_000

texts = st.text(min_size=1, max_size=20)
moments = st.integers(0, 4_102_444_799_999)
hashes = st.none() | st.integers(0, 2**64 - 1)
views = st.builds(
    View,
    site=texts,
    article=texts,
    occurred_ms=moments,
    received_ms=moments,
    visitor=hashes,
    event=hashes,
    weight=st.floats(5e-324, allow_infinity=False, allow_nan=False),
    via=st.none() | st.text(max_size=5),
)
entry_ids = st.text("0123456789abcdef", min_size=28, max_size=28)
entries = st.builds(
    Entry, entry_ids, st.lists(views, min_size=1, max_size=5), st.none() | st.integers(0, 86_400)
)


class Everywhere(dict[Window, int]):
    """Windows that all have as many buckets."""

    def __missing__(self, window: Window) -> int:
        return 256

    def __contains__(self, window: object) -> bool:
        return True

    def get(self, window: Any, default: Any = None) -> Any:
        return 256


def plan(entry: Entry) -> bytes:
    batch = Batch.of(
        0,
        [(b"1-0", entry)],
        time=Time(NOON_MS, NOON_MS),
        buckets=Everywhere(),
        window_of=lambda site: 1800,
    )
    return lay_out(batch, partitions=1, strangers={}).plan


@given(entries)
def test_whatever_an_entry_says_it_can_be_planned(entry: Entry):
    assert plan(decode(encode(entry)))


@given(entries, st.sampled_from([b"e", b"b", b"w", b"t", b"v"]), st.binary(max_size=40))
def test_a_damaged_entry_is_refused_as_such_or_can_be_planned(entry: Entry, field: bytes, value: bytes):
    try:
        damaged = decode({**encode(entry), field: value})
    except DefectiveEntry:
        return
    assert plan(damaged)


@given(st.text(st.sampled_from("0123456789abcdef_+- x"), min_size=28, max_size=28))
def test_an_entry_id_that_is_no_hexadecimal_number_makes_a_dead_letter(entry_id: str):
    made = encode(Entry("0" * 28, [View("s", "/a", NOON_MS, NOON_MS)]))
    try:
        found = decode({**made, b"e": entry_id.encode()})
    except DefectiveEntry:
        assert set(entry_id) - set("0123456789abcdef")
    else:
        assert found.made_ms >= 0
