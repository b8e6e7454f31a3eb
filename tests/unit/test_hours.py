"""UTC hours and days, and the boards that cover a span exactly."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import hours
from shared.hours import DAY, HOUR

moments = st.floats(0, 4_000_000_000)
spans = st.tuples(moments, st.floats(0, 40 * DAY)).map(lambda pair: (pair[0], pair[0] + pair[1]))
zones = st.sampled_from(
    ["UTC", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana"]
)


def hours_of_day(stamp: str) -> list[str]:
    start = hours.day_start(stamp)
    return [hours.hour_stamp(start + n * HOUR) for n in range(24)]


@given(moments)
def test_a_stamp_names_the_hour_and_the_day_a_moment_lies_in(moment):
    hour, day = hours.hour_stamp(moment), hours.day_stamp(moment)

    assert hours.hour_start(hour) <= moment < hours.hour_start(hour) + HOUR
    assert hours.day_start(day) <= moment < hours.day_start(day) + DAY
    assert hours.floor_hour(moment) == hours.hour_start(hour)
    assert hours.floor_day(moment) == hours.day_start(day)
    assert hour.startswith(day)


@given(spans)
def test_the_hours_between_two_moments_are_each_named_once_and_leave_no_gap(span):
    start, end = span
    stamps = hours.hours_between(start, end)
    begins = [hours.hour_start(stamp) for stamp in stamps]

    assert begins == [hours.floor_hour(start) + n * HOUR for n in range(len(stamps))]
    if start < end:
        assert begins[0] <= start
        assert begins[-1] < end <= begins[-1] + HOUR


@given(spans)
def test_the_days_between_two_moments_are_each_named_once_and_leave_no_gap(span):
    start, end = span
    stamps = hours.days_between(start, end)
    begins = [hours.day_start(stamp) for stamp in stamps]

    assert begins == [hours.floor_day(start) + n * DAY for n in range(len(stamps))]
    if start < end:
        assert begins[0] <= start
        assert begins[-1] < end <= begins[-1] + DAY


@given(spans)
def test_a_cover_is_each_hour_of_its_span_once_and_nothing_else_that_can_have_been_counted(span):
    start, end = span
    cover = hours.cover(start, end)
    covered = Counter([*cover.hours, *(hour for day in cover.days for hour in hours_of_day(day))])
    until_end = {hour: times for hour, times in covered.items() if hours.hour_start(hour) < end}

    assert until_end == Counter(hours.hours_between(start, end))
    # What lies beyond is the rest of the day that has not ended: nothing is counted there yet.
    assert all(hours.hour_start(hour) < hours.floor_day(end) + DAY for hour in covered)


@given(spans)
def test_a_cover_takes_the_day_wherever_all_its_hours_are_wanted(span):
    start, end = span
    cover = hours.cover(start, end)

    assert len(cover.hours) < 24
    assert len({stamp[:8] for stamp in cover.hours}) <= 1
    assert not {stamp[:8] for stamp in cover.hours} & set(cover.days)


@pytest.mark.parametrize(
    ("start", "end", "expected_hours", "expected_days"),
    [
        ("2026-02-21T10:00", "2026-02-21T11:30", ["2026022110", "2026022111"], []),
        ("2026-02-21T23:00", "2026-02-22T00:10", ["2026022123"], ["20260222"]),
        ("2026-02-21T00:00", "2026-02-21T05:00", [], ["20260221"]),
        (
            "2026-02-21T22:59",
            "2026-02-24T03:00",
            ["2026022122", "2026022123"],
            ["20260222", "20260223", "20260224"],
        ),
        ("2026-02-21T10:00", "2026-02-21T10:00", [], []),
    ],
)
def test_spans_and_their_boards(start, end, expected_hours, expected_days):
    begin, stop = (datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for text in (start, end))

    assert hours.cover(begin, stop) == (expected_hours, expected_days)


@given(st.floats(1_500_000_000, 2_000_000_000), zones)
def test_local_midnight_is_the_beginning_of_the_local_day(now, name):
    zone = ZoneInfo(name)
    midnight = hours.local_midnight(now, zone)
    today = datetime.fromtimestamp(now, zone).date()

    assert midnight <= now
    assert datetime.fromtimestamp(midnight, zone).date() == today
    assert datetime.fromtimestamp(midnight - 1, zone).date() == today - timedelta(days=1)


def test_a_day_whose_midnight_comes_twice_begins_with_the_first():
    """In Havana, clocks went back from 01:00 to 00:00 on 3 November 2024."""
    zone = ZoneInfo("America/Havana")
    first = datetime(2024, 11, 3, 4, 0, tzinfo=UTC).timestamp()

    assert hours.local_midnight(first + 1_800, zone) == first
    assert hours.local_midnight(first + HOUR + 1_800, zone) == first


def test_a_day_without_a_midnight_begins_when_clocks_go_on():
    """In Havana, clocks went from 00:00 to 01:00 on 10 March 2024."""
    zone = ZoneInfo("America/Havana")
    change = datetime(2024, 3, 10, 5, 0, tzinfo=UTC).timestamp()

    assert hours.local_midnight(change + 6 * HOUR, zone) == change
