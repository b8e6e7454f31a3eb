"""The counter is killed again and again while it counts."""

import asyncio
from pathlib import Path

from shared.settings import Settings
from tests import careless_counter
from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, counts_of, judge
from tests.waiting import wait_until

FAULT = "SIGKILL counter"
FULL = (200, 100_000)
TENTH = (20, 10_000)

_PACE = 0.003
"""Seconds between two batches, so that there are events enough for that many kills."""


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Kill it so often while so many events come in."""
    async with stage(directory, "collector", "counter") as found:
        load = Load(found.collector, pace=_PACE)
        await _kill_under(load, found, times, events)
        return [await judge(found.redis.client, FAULT, times, load)]


async def control(directory: Path) -> Row:
    """Do the same with a counter that counts before it acknowledges."""
    async with stage(directory, "collector") as found:
        await found.start("counter", run=careless)
        load = Load(found.collector)
        await _kill_under(load, found, 2, 200)
        return await judge(found.redis.client, FAULT, 2, load, patience=1)


def careless(name: str, settings: Settings) -> None:
    """Run that counter."""
    asyncio.run(careless_counter.serve(settings, settings.management_port))


async def _kill_under(load: Load, found: Stage, times: int, events: int) -> None:
    async with load.flowing(events):
        for n in range(times):
            before = await counts_of(found.redis.client)

            async def counts(before: int = before, share: int = events * n // times) -> bool:
                return load.sent >= share and await counts_of(found.redis.client) > before

            await wait_until(counts, "a share is sent, and it counts", 60)
            await found.kill("counter", wait=False)
