"""When the long windows are ranked again, and where windows begin."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.ranker import windows
from services.ranker.schedule import EVERY_MINUTE, EVERY_SECOND, Basis, Schedule, is_due
from shared.listing import NAMES

NOW = datetime(2026, 2, 21, 17, 9, 30, tzinfo=UTC).timestamp()
UNMOVED = Basis(catalogue_changed_at=5.0, since=NOW - 3_600)
DAILY = ("site", "most-read:24h")


def due_at(schedule: Schedule, basis: Basis = UNMOVED) -> float:
    return schedule.due_at(*DAILY, basis)


def test_every_list_is_ranked_every_second_or_every_minute():
    assert set(EVERY_SECOND) | set(EVERY_MINUTE) == set(NAMES)
    assert EVERY_SECOND == ("trending", "rising", "most-read:1h")


def test_a_list_is_due_at_once_and_then_a_minute_on():
    schedule = Schedule()

    assert due_at(schedule) <= NOW
    schedule.tried(*DAILY, NOW, UNMOVED)
    assert due_at(schedule) == NOW + 60


def test_a_clock_that_moves_back_keeps_no_list_waiting():
    schedule = Schedule()
    schedule.tried(*DAILY, NOW, UNMOVED)

    assert not is_due(due_at(schedule), NOW + 59)
    assert is_due(due_at(schedule), NOW + 60)
    assert is_due(due_at(schedule), NOW - 86_400)


@pytest.mark.parametrize(
    "moved",
    [UNMOVED._replace(catalogue_changed_at=6.0), UNMOVED._replace(since=NOW)],
    ids=["catalogue", "since"],
)
def test_a_list_is_due_soon_when_what_it_was_ranked_from_has_moved(moved):
    schedule = Schedule()
    schedule.tried(*DAILY, NOW, UNMOVED)

    assert due_at(schedule, moved) == NOW + 5


def test_a_list_that_failed_is_due_soon():
    schedule = Schedule()
    schedule.tried(*DAILY, NOW, None)

    assert due_at(schedule) == NOW + 5


def test_a_new_leader_has_every_list_due():
    schedule = Schedule()
    schedule.tried(*DAILY, NOW, UNMOVED)
    schedule.forget()

    assert due_at(schedule) <= NOW


@pytest.mark.parametrize(
    ("window", "zone", "begins"),
    [
        ("1h", "UTC", "2026-02-21T16:00"),
        ("24h", "UTC", "2026-02-20T17:00"),
        ("7d", "UTC", "2026-02-14T17:00"),
        ("30d", "Asia/Kolkata", "2026-01-22T00:00"),
        ("today", "UTC", "2026-02-21T00:00"),
        ("today", "America/New_York", "2026-02-21T05:00"),
        ("today", "Pacific/Auckland", "2026-02-21T11:00"),
        # Midnight is 18:30 of the day before by UTC; boards know no half hours.
        ("today", "Asia/Kolkata", "2026-02-20T18:00"),
    ],
)
def test_where_a_window_begins(window, zone, begins):
    expected = datetime.fromisoformat(begins).replace(tzinfo=UTC).timestamp()

    assert windows.since(window, NOW, ZoneInfo(zone)) == expected


def test_the_window_of_all_begins_nowhere():
    assert windows.since("all", NOW, ZoneInfo("UTC")) is None


def test_an_unknown_window_is_an_error():
    with pytest.raises(ValueError, match="2h"):
        windows.since("2h", NOW, ZoneInfo("UTC"))


def test_a_week_is_read_from_few_boards_of_each_partition():
    begins = windows.since("7d", NOW, ZoneInfo("UTC"))
    boards = windows.boards("site", 4, begins, NOW)

    assert len(boards) == len(set(boards)) == 4 * (7 + 7)
