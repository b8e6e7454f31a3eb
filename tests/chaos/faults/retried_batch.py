"""A batch is answered 503 in its middle, and the client sends all of it again."""

import asyncio
import random
import signal
from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge

FAULT = "batch sent again after a 503 in its middle"
FULL = (50, 50_000)
TENTH = (1, 1_000)

_HELD = 1.2
"""Seconds Redis is held: longer than the collector waits for it."""


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Hold Redis in the middle of so many batches; what timed out is written all the same, later."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector)
        await _hold_during(load, found, times, events // times)
        row = await judge(found.redis.client, FAULT, times, load, note=f"{load.refused} answers were 503")
        assert load.refused, "no batch was refused"
        return [row]


async def control(directory: Path) -> Row:
    """Do the same with events without ids; that they count again is documented."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector, identified=False)
        await _hold_during(load, found, 1, 1_000)
        return await judge(found.redis.client, FAULT, 1, load, patience=1)


async def _hold_during(load: Load, found: Stage, times: int, views: int) -> None:
    chance = random.Random(2)
    # The first view finds neither script nor salt, and would be refused before anything is written.
    await load.send_all(100)
    for _ in range(times):
        refused = load.refused
        while load.refused == refused:
            sending = asyncio.create_task(load.send(load.events(views)))
            # Somewhere between its first and its last view.
            await asyncio.sleep(chance.uniform(0, views * 1e-5))
            found.redis.signal(signal.SIGSTOP)
            await asyncio.sleep(_HELD)
            found.redis.signal(signal.SIGCONT)
            await sending
