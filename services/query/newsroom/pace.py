"""Views per hour, as they are at a moment.

Boards know whole UTC hours. The running one alone would begin at 0 every
hour, the last full one would be up to two hours old. So the part of an hour
that the running one is still short of is taken from the one before, as if its
views had come evenly: an estimate of the views of the last 60 minutes.
"""

from collections.abc import Sequence

from shared.hours import HOUR, floor_hour


def views_per_hour(hours: Sequence[int], at: float, now: float | None = None) -> int:
    """Return the estimate at a moment in Unix seconds; the last of `hours` is the one it lies in.

    With `now`, a later moment, that hour has been counted up to there, and
    the part of it until then is taken as if its views had come evenly too.
    """
    *_, previous, running = hours
    start = floor_hour(at)
    passed = (at - start) / HOUR
    counted = passed if now is None else min(1.0, (now - start) / HOUR)
    return round((running * passed / counted if counted else running) + previous * (1 - passed))
