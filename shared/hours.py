"""UTC hours and days as stamps, and which of them cover a span of time."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

HOUR = 3_600
DAY = 86_400


class Cover(NamedTuple):
    """The hour and day boards whose sum is exactly one span."""

    hours: list[str]
    days: list[str]


def hour_stamp(moment: float) -> str:
    """Return the UTC hour of a moment in Unix seconds, as YYYYMMDDHH."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d%H")


def day_stamp(moment: float) -> str:
    """Return the UTC day of a moment in Unix seconds, as YYYYMMDD."""
    return _stamp_of_day(int(moment // DAY))


@lru_cache(maxsize=1_000)
def _stamp_of_day(number: int) -> str:
    # Asked for twice a view, and always for the same few days.
    return datetime.fromtimestamp(number * DAY, UTC).strftime("%Y%m%d")


def hour_start(stamp: str) -> int:
    """Return the first Unix second of an hour stamp."""
    return int(datetime.strptime(stamp, "%Y%m%d%H").replace(tzinfo=UTC).timestamp())


def day_start(stamp: str) -> int:
    """Return the first Unix second of a day stamp."""
    return int(datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC).timestamp())


def floor_hour(moment: float) -> int:
    """Return the first Unix second of the UTC hour a moment lies in."""
    return int(moment // HOUR) * HOUR


def floor_day(moment: float) -> int:
    """Return the first Unix second of the UTC day a moment lies in."""
    return int(moment // DAY) * DAY


def hours_between(start: float, end: float) -> list[str]:
    """Return the stamps of every UTC hour that begins in [start, end), from the hour of `start` on."""
    return [hour_stamp(t) for t in range(floor_hour(start), _ceil(end, HOUR), HOUR)]


def days_between(start: float, end: float) -> list[str]:
    """Return the stamps of every UTC day that begins in [start, end), from the day of `start` on."""
    return [day_stamp(t) for t in range(floor_day(start), _ceil(end, DAY), DAY)]


def cover(start: float, end: float) -> Cover:
    """Return the fewest boards for the hours from that of `start` up to `end`.

    Whole UTC days are taken from the day boards. The day that holds `end` is
    taken whole too when the span begins at or before its midnight: nothing is
    counted after `end`, which is now.
    """
    found = Cover([], [])
    moment = floor_hour(start)
    while moment < end:
        if moment % DAY == 0:
            found.days.append(day_stamp(moment))
            moment += DAY
        else:
            found.hours.append(hour_stamp(moment))
            moment += HOUR
    return found


def local_midnight(now: float, zone: tzinfo) -> float:
    """Return the Unix second at which the day of `now` began in a time zone."""
    local = datetime.fromtimestamp(now, zone)
    # fold=0: where clocks go back over midnight it comes twice, and the day begins with the first.
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()


def _ceil(moment: float, step: int) -> int:
    return int(-(-moment // step)) * step
