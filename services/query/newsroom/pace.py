"""Views per hour, as they are now.

Boards know whole UTC hours. The running one alone would begin at 0 every
hour, the last full one would be up to two hours old. So the part of an hour
that the running one is still short of is taken from the one before, as if its
views had come evenly: an estimate of the views of the last 60 minutes.
"""

from collections.abc import Sequence

from shared.hours import HOUR, floor_hour


def views_per_hour(hours: Sequence[int], now: float) -> int:
    """Return the estimate at `now`, in Unix seconds; the last of `hours` is the running one."""
    *_, previous, running = hours
    missing = 1 - (now - floor_hour(now)) / HOUR
    return round(running + previous * missing)
