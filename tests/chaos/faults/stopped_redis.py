"""Redis stands still for a while, and goes on with whatever it was sent meanwhile."""

import asyncio
import signal
from pathlib import Path

from services.cli import single
from services.collector import circuit, service, streams
from shared.settings import Settings
from tests.chaos.load import Load
from tests.chaos.recovery import Recovery
from tests.chaos.small_disk import small_disk
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge

FAULT = "SIGSTOP Redis"
FULL = (10, 5_000)
TENTH = (1, 500)

_PATIENCE = 1.6
"""Seconds the collector of the control waits for Redis."""
_REST = 6.5
"""Seconds for which it does not try it again."""


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Stop it for so many seconds."""
    # How soon it answers then is not to depend on the disk of this machine.
    with small_disk(directory / "data", "256m"):
        async with stage(directory, "counter", "collector") as found:
            return [await _stop(found, times, events)]


async def control(directory: Path) -> Row:
    """Stop it under a collector that waits for it for long, and then leaves it alone for long."""
    async with stage(directory, "counter") as found:
        await found.start("collector", run=patient)
        row = await _stop(found, _PATIENCE + 0.2, 0)
        assert row.exact, row
        assert len(row.late) == 2, "both its answers and its recovery are late"
        return row


def patient(name: str, settings: Settings) -> None:
    """Run that collector."""
    vars(service)["DEADLINE"] = vars(streams)["DEADLINE"] = _PATIENCE
    vars(circuit)["FIRST_PAUSE"] = vars(circuit)["LONGEST_PAUSE"] = _REST
    single.run(name, settings)


async def _stop(found: Stage, seconds: float, events: int) -> Row:
    load = Load(found.collector)
    recovery = Recovery(found, load)
    async with load.flowing(events):
        await load.some()
        found.redis.signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        found.redis.signal(signal.SIGCONT)
        await recovery.after_fault()
    return recovery.judged(await judge(found.redis.client, f"{FAULT}, {seconds:g} s", 1, load))
