"""Every event is sent three times: again by a new connection, after midnight, and after a change of P."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import time

import httpx

from services.cli import single
from shared import hours, keys
from tests.chaos.load import Event, Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge
from tests.conftest import free_port
from tests.own_redis import ClockOf
from tests.serving import environment
from tests.waiting import wait_until

FAULT = "every event three times, over midnight and a change of P"
FULL = (1, 50_000)
TENTH = (1, 5_000)

_BEFORE, _AFTER = -120, 120
"""Seconds from midnight to the clocks of the two collectors."""
_PARTITIONS = 3
_AT_ONCE = 500


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Send so many events to the collector of yesterday, then twice to that of today."""
    return [await _send(directory, events, identified=True, patience=120)]


async def control(directory: Path) -> Row:
    """Send events that carry nothing by which one could tell that they are the same."""
    return await _send(directory, 100, identified=False, patience=1)


async def _send(directory: Path, events: int, *, identified: bool, patience: float) -> Row:
    midnight = hours.floor_day(time())
    async with stage(directory, partitions=_PARTITIONS) as found:
        days = {hours.day_stamp(midnight - 1): 2, hours.day_stamp(midnight): _PARTITIONS}
        await found.redis.client.hset(
            keys.META, mapping={f"partitions:{day}": number for day, number in days.items()}
        )
        await found.start("counter")
        load = Load("", identified=identified)
        moment = datetime.fromtimestamp(midnight - 150, UTC).isoformat()
        made = [{**event, "occurred_at": moment} for event in load.events(events)]
        async with _collector(found, "yesterday", midnight + _BEFORE) as first:
            await _post(first, made)
        async with _collector(found, "today", midnight + _AFTER) as second:
            await _post(second, made)
            await _post(second, made)
        row = await judge(found.redis.client, FAULT, 3, events, partitions=_PARTITIONS, patience=patience)
        used = {p for p in range(_PARTITIONS) if await found.redis.client.exists(keys.total(p))}
        return replace(row, note=f"on partitions {sorted(used)}")


async def _post(url: str, events: list[Event]) -> None:
    load = Load(url)
    for start in range(0, len(events), _AT_ONCE):
        await load.send(events[start : start + _AT_ONCE])


@asynccontextmanager
async def _collector(found: Stage, name: str, shows: float) -> AsyncIterator[str]:
    """Run a collector whose clock shows that moment, and give its address."""
    directory = found.directory / name
    directory.mkdir()
    clock = ClockOf(directory)
    clock.off_by(round(shows - time()))
    port, managed = free_port(), free_port()
    # As a supervisor starts it, without all that the command line loads.
    command = [sys.executable, "-m", single.__name__, "collector"]
    settings = found.settings(port=port, management_port=managed, data_dir=directory)
    variables = environment({**clock.environment, single.RESOLVED: settings.model_dump_json()})
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stderr=log, stdout=log)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:

            async def ready() -> bool:
                try:
                    answer = await http.get(f"http://127.0.0.1:{managed}/readyz")
                except httpx.HTTPError:
                    return False
                return answer.status_code == 200

            await wait_until(ready, f"the collector of {name} is ready", 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
