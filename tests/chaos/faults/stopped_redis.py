"""Redis stands still for a while, and goes on with whatever it was sent meanwhile."""

import asyncio
import signal
from pathlib import Path

from tests.chaos import recovery
from tests.chaos.load import Load
from tests.chaos.stage import stage
from tests.chaos.verdict import Row, judge

FAULT = "SIGSTOP Redis"
FULL = (10, 5_000)
TENTH = (1, 200)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Stop it for so many seconds."""
    async with stage(directory, "counter", "collector") as found:
        load = Load(found.collector)
        async with load.flowing(events):
            await load.some()
            found.redis.signal(signal.SIGSTOP)
            await asyncio.sleep(times)
            found.redis.signal(signal.SIGCONT)
            note = await recovery.told(found, load)
        return [await judge(found.redis.client, f"{FAULT}, {times} s", 1, load, note=note)]


async def control(directory: Path) -> Row:
    """Stop it under a collector without a spool, whose client does not send again."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector, patient=False)
        async with load.flowing(0):
            await load.some()
            found.redis.kill()
            await load.some()
            await found.redis.start()
        return await judge(found.redis.client, FAULT, 1, load, patience=1)
