"""Windows, buckets and members of what was seen."""

from hypothesis import given
from hypothesis import strategies as st

from services.counter import seen
from services.counter.seen import (
    BUCKET_MEMBERS,
    FEWEST_BUCKETS,
    MOST_BUCKETS,
    Window,
    buckets_for,
    entry_window,
    event_window,
    is_over,
    reader_window,
    visitor_window,
)
from shared.partition import partition_of

hashes = st.integers(0, 2**64 - 1)


@given(hashes)
def test_a_member_is_a_signed_integer_of_32_bits(hashed: int):
    assert -(2**31) <= seen.signed(hashed) < 2**31
    assert seen.signed(hashed) % 2**32 == hashed % 2**32


@given(hashes, st.integers(0, 20).map(lambda n: 1 << n))
def test_a_bucket_is_one_of_those_there_are(hashed: int, buckets: int):
    assert 0 <= seen.bucket(hashed, buckets) < buckets


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**20 - 1), st.integers(0, 2**12 - 1))
def test_member_bucket_and_partition_read_different_bits(member: int, bucket: int, partition: int):
    hashed = partition << 52 | bucket << 32 | member

    assert seen.signed(hashed) % 2**32 == member
    assert seen.bucket(hashed, 1 << 20) == bucket
    assert partition_of(hashed, None, 1 << 12) == partition


@given(st.integers(0, 10**9))
def test_buckets_are_a_power_of_two_with_room_for_growth(members: int):
    buckets = buckets_for(members)

    assert buckets & (buckets - 1) == 0
    assert FEWEST_BUCKETS <= buckets <= MOST_BUCKETS
    assert buckets == MOST_BUCKETS or members / buckets <= BUCKET_MEMBERS


def test_a_window_tumbles_and_outlives_itself_by_one_window_and_an_hour():
    window = visitor_window(1_799_999, 1_800)

    assert window == Window("visitor-1800", 0, 2 * 1_800 + 3_600)
    assert visitor_window(1_800_000, 1_800).number == 1
    assert not is_over(window, 2 * 1_800_000 + 3_599_999)
    assert is_over(window, 2 * 1_800_000 + 3_600_000)


def test_readers_events_and_entries_are_remembered_by_the_utc_day():
    for window in (reader_window, event_window, entry_window):
        assert window(86_399_999).number == 0
        assert window(86_400_000).number == 1
        assert window(86_400_000).before == window(86_399_999)


def test_sites_with_other_windows_never_share_one():
    assert visitor_window(0, 60).kind != visitor_window(0, 61).kind
