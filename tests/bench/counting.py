"""How many views a second the counter counts, with deduplication and three boards."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.backlog import fill, tally
from tests.bench.report import Line
from tests.bench.sizes import Sizes
from tests.bench.stage import Started, Unmeasured, Valkey, service, valkey
from tests.waiting import wait_until

LIMIT = 50_000.0
"""Views a second on one core of Redis and one of Python."""

_FALSE = 20
"""Views that may be taken for others: a member of a seen set has 32 bits."""


@dataclass(frozen=True)
class _Moment:
    """How far everything was: views counted, seconds on the wall and of each processor."""

    counted: int
    wall: float
    redis: float
    python: float


async def measure(sizes: Sizes, directory: Path) -> list[Line]:
    """Return the lines of the counter, at one partition and at four.

    Raises Unmeasured unless every view was counted.
    """
    return [await _measure(sizes, directory, partitions) for partitions in (1, 4)]


async def _measure(sizes: Sizes, directory: Path, partitions: int) -> Line:
    async with valkey(directory) as server:
        await fill(server.redis, sizes.backlog, sizes.articles, partitions)
        async with service(
            "counter", server, directory, public=False, partitions=partitions, until_ready=False
        ) as counter:
            first, last = await _watch(server, counter, partitions, sizes.backlog)
        duplicates = await tally(server.redis, partitions, "duplicates")
    if duplicates > _FALSE:
        raise Unmeasured(f"{duplicates} of {sizes.backlog} distinct views were taken for duplicates")
    return _line(partitions, first, last)


async def _watch(server: Valkey, counter: Started, partitions: int, views: int) -> tuple[_Moment, _Moment]:
    """Return the moments when the first views were counted and when all were."""
    seen: list[_Moment] = []

    async def look() -> bool:
        counted = await tally(server.redis, partitions, "counted", "duplicates")
        if counted:
            seen[1:] = [_Moment(counted, time.perf_counter(), server.started.cpu, counter.cpu)]
        return counted >= views

    await wait_until(look, f"{views} views are counted", seconds=120)
    if len(seen) < 2:
        raise Unmeasured("all views were counted at once: there were too few of them")
    return seen[0], seen[1]


def _line(partitions: int, first: _Moment, last: _Moment) -> Line:
    """Return the line: what a core of Redis and one of Python allow, and what was reached on the wall.

    The wall is lower where cores are shared, or one of both waits for the other.
    """
    views = last.counted - first.counted
    redis = (last.redis - first.redis) / views
    python = (last.python - first.python) / views
    allowed = 1 / max(redis, python)
    return Line(
        name=f"counter: views at P = {partitions}",
        unit="/s",
        measured=allowed,
        ratio=allowed / LIMIT,
        limit=LIMIT,
        met=allowed >= LIMIT,
        notes={
            "on the wall": views / (last.wall - first.wall),
            "us a view of Redis": redis * 1e6,
            "of Python": python * 1e6,
        },
    )
