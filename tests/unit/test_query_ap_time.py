"""Times beside headlines, as the page that started the project writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.query.pages.ap_time import ap_date, ap_time


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ("2026-02-21T17:09", "Feb. 21, 2026 5:09 p.m."),
        ("2026-03-01T00:05", "March 1, 2026 12:05 a.m."),
        ("2026-09-30T12:30", "Sept. 30, 2026 12:30 p.m."),
        ("2026-05-04T09:00", "May 4, 2026 9 a.m."),
        ("2026-12-31T12:00", "Dec. 31, 2026 noon"),
        ("2026-07-04T00:00", "July 4, 2026 midnight"),
    ],
)
def test_a_moment_is_written_as_newspapers_write_it(moment: str, written: str) -> None:
    assert ap_time(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/New_York"))) == written


def test_a_moment_is_told_in_its_own_time_zone() -> None:
    evening = datetime.fromisoformat("2026-02-22T02:09+00:00")

    assert ap_date(evening.astimezone(ZoneInfo("America/New_York"))) == "Feb. 21, 2026"
