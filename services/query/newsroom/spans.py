"""The views of one article within a span of time, by hour or by day.

Hour boards are kept 8 days after their last write and day boards 400, so a
span longer than 8 days is told by day, and so is one whose hours are gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.query.parameters import wrong
from shared import keys
from shared.connection import Client
from shared.hours import (
    DAY,
    HOUR,
    day_start,
    days_between,
    floor_day,
    hour_start,
    hours_between,
)

BY_HOUR = 8 * DAY
"""Seconds up to which a span is told by hour."""

LONGEST = 400 * DAY
DEFAULT = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until just before `end`, in Unix seconds."""

    start: float
    end: float

    @classmethod
    def asked(cls, start: float | None, end: float | None, now: float) -> "Span":
        """Return the span asked for: the 24 hours up to now, where nothing else is said. Raises Problem."""
        end = now if end is None else end
        start = end - DEFAULT if start is None else start
        if start >= end:
            raise wrong("from", "it must lie before `to`")
        if end - start > LONGEST:
            raise wrong("from", "at most 400 days before `to`")
        return cls(start, end)


@dataclass(frozen=True)
class Told:
    """What a span holds: pairs of (first Unix second, views), by hour or else by day."""

    start: int
    end: int
    hours: Sequence[tuple[int, int]] = ()
    days: Sequence[tuple[int, int]] = ()

    @property
    def views(self) -> int:
        """All views of the span."""
        return sum(views for _, views in (*self.hours, *self.days))


async def tell(redis: Client, partitions: int, site: str, article_id: str, span: Span) -> Told:
    """Return the views of an article in a span, rounded outwards to whole hours or UTC days.

    Cost: one ZSCORE an hour or day and partition, in one round trip. Raises
    what redis-py raises.
    """
    days = days_between(span.start, span.end)
    hours = hours_between(span.start, span.end) if span.end - span.start <= BY_HOUR else []
    # Days are read before hours: what is counted in between is then in the hours alone.
    boards = [
        *(keys.day(p, site, stamp) for stamp in days for p in range(partitions)),
        *(keys.hour(p, site, stamp) for stamp in hours for p in range(partitions)),
    ]
    async with redis.pipeline(transaction=False) as pipe:
        for board in boards:
            pipe.zscore(board, article_id)
        scores = [round(score or 0) for score in await pipe.execute()]
    sums = [sum(scores[i : i + partitions]) for i in range(0, len(scores), partitions)]
    by_day = dict(zip(map(day_start, days), sums[: len(days)], strict=True))
    by_hour = dict(zip(map(hour_start, hours), sums[len(days) :], strict=True))
    if by_hour and _whole(by_hour, by_day):
        return Told(min(by_hour), max(by_hour) + HOUR, hours=list(by_hour.items()))
    return Told(min(by_day), max(by_day) + DAY, days=list(by_day.items()))


def _whole(by_hour: dict[int, int], by_day: dict[int, int]) -> bool:
    """Return whether the hours tell no less than the days that lie wholly within them."""
    first, last = min(by_hour), max(by_hour) + HOUR
    found: dict[int, int] = {}
    for start, views in by_hour.items():
        found[floor_day(start)] = found.get(floor_day(start), 0) + views
    return all(found[day] >= views for day, views in by_day.items() if first <= day and day + DAY <= last)
