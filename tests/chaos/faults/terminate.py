"""Each service is told to end under load, alone, then all of them in turn."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.cli import single
from services.collector import service as collector_service
from services.collector.group_commit import GroupCommit
from shared.settings import Settings
from tests.chaos.load import Load
from tests.chaos.stage import ALL, stage
from tests.chaos.verdict import Row, judge

FAULT = "SIGTERM"
FULL = (20, 20_000)
TENTH = (2, 2_000)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """End and start each so often, then all of them one after the other as often."""
    rows = []
    async with stage(directory, *ALL) as found:
        load = Load(found.collector)
        for position, names in enumerate([*((name,) for name in ALL), ALL], start=1):
            slowest = 0.0
            async with load.flowing(events * position // (len(ALL) + 1)):
                for _ in range(times):
                    for name in names:
                        await load.some()
                        status, seconds = await found.restart(name)
                        assert status == 0, f"{name} ended with {status}"
                        slowest = max(slowest, seconds)
            fault = f"{FAULT} {names[0]}" if len(names) == 1 else "rolling restart of all"
            note = f"drained within {slowest:.1f} s"
            assert slowest <= 10, note
            rows.append(replace(await judge(found.redis.client, fault, times, load), note=note))
    return rows


async def control(directory: Path) -> Row:
    """End a collector that answers before anything is durable, and does not drain."""
    async with stage(directory, "counter") as found:
        await found.start("collector", run=hasty)
        load = Load(found.collector)
        async with load.flowing(0):
            await load.some()
            await found.restart("collector")
        return await judge(found.redis.client, FAULT, 1, load, patience=1)


_LONGER = 12.0
"""Seconds; a service has ended by then."""


def hasty(name: str, settings: Settings) -> None:
    """Run that collector."""
    vars(collector_service)["GroupCommit"] = HastyCommit
    single.run(name, settings)


class HastyCommit(GroupCommit):
    """Says yes at once, and lets what is gathered go at the end."""

    def add(self, *given: Any) -> asyncio.Future[None]:
        super().add(*given).cancel()
        taken = asyncio.get_running_loop().create_future()
        taken.set_result(None)
        return taken

    async def _write(self, *given: Any) -> None:
        await asyncio.sleep(_LONGER)
        await super()._write(*given)

    async def drain(self) -> None:
        return
