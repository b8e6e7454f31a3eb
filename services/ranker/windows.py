"""The windows of most-read: where each begins, and the boards that make it up."""

from zoneinfo import ZoneInfo

from shared import hours, keys
from shared.hours import DAY, HOUR

_FULL_HOURS = {"1h": 1, "24h": 24, "7d": 7 * 24}
_FULL_DAYS = {"30d": 30}


def since(window: str, now: float, zone: ZoneInfo) -> float | None:
    """Return the Unix second a window begins at, None for `all`.

    A window is the running hour (for 30d the running UTC day) and N full ones
    before it. `today` begins with the UTC hour that local midnight lies in,
    for boards know no half hours: in a zone such as India's that is half an
    hour early, and Listing.since says so. Raises ValueError for another name.
    """
    if window in _FULL_HOURS:
        return float(hours.floor_hour(now) - _FULL_HOURS[window] * HOUR)
    if window in _FULL_DAYS:
        return float(hours.floor_day(now) - _FULL_DAYS[window] * DAY)
    if window == "today":
        return float(hours.floor_hour(hours.local_midnight(now, zone)))
    if window == "all":
        return None
    raise ValueError(f"no window of most-read is called {window!r}")


def boards(site: str, partitions: int, begins: float, now: float) -> list[str]:
    """Return the keys of the hour and day boards whose sum is the views from `begins` to now."""
    # To the end of the running hour, which at its first instant already has a board.
    cover = hours.cover(begins, hours.floor_hour(now) + HOUR)
    return [
        key
        for p in range(partitions)
        for key in (
            *(keys.hour(p, site, stamp) for stamp in cover.hours),
            *(keys.day(p, site, stamp) for stamp in cover.days),
        )
    ]
