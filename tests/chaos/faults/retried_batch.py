"""Batches are answered 503 in their middle, and the client sends all of each again."""

import asyncio
import random
import signal
from dataclasses import replace
from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, books_of, judge

FAULT = "batch sent again after a 503 in its middle"
FULL = (1_000, 100_000)
TENTH = (100, 10_000)

_AT_ONCE = 25
"""Batches on their way when Redis stands still."""
_TAKES = 0.1
"""Seconds they take when it does not, more or less."""

_CHANCE = random.Random(2)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Hold Redis in the middle of so many batches; what timed out is written all the same, later."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector)
        batches = 0
        while batches < times:
            batches += await _hold(load, found, events // times)
        row = await judge(found.redis.client, FAULT, batches, load)
        known = sum(book.duplicates for book in await books_of(found.redis.client))
        assert known, "no batch had views that were written before it was refused"
        return [replace(row, note=f"{known:,} views had been written when their batch was sent again")]


async def control(directory: Path) -> Row:
    """Do the same with events without ids; that they count again is documented."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector, identified=False)
        batches = 0
        while batches < _AT_ONCE:
            batches += await _hold(load, found, 100)
        return await judge(found.redis.client, FAULT, batches, load, patience=1)


async def _hold(load: Load, found: Stage, views: int) -> int:
    """Have Redis stand still while some batches are on their way; return how many were refused for that."""
    # The first view finds neither script nor salt, and would be refused before anything is written.
    await load.send_all(25)
    before = load.refused
    sending = [asyncio.create_task(load.send(load.events(views))) for _ in range(_AT_ONCE)]
    # Some are written by then, some in part, and some not at all.
    await asyncio.sleep(_CHANCE.uniform(0, _TAKES))
    found.redis.signal(signal.SIGSTOP)
    await load.until(lambda: load.refused - before >= sum(not task.done() for task in sending))
    found.redis.signal(signal.SIGCONT)
    return sum(refused > 0 for refused in await asyncio.gather(*sending))
