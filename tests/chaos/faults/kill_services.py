"""Ranker, query service or collector is killed again and again while views flow."""

import asyncio
import signal
from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge
from tests.entries import SITE

FAULT = "SIGKILL"
FULL = (50, 20_000)
TENTH = (5, 2_000)

_CUT_OFF = 4
"""Batches without an answer after which some of them are surely not counted."""

_NAMES = ("ranker", "query", "collector")


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Kill each of them so often, and ask for what it makes each time it is back."""
    rows = []
    async with stage(directory, "counter", "collector", "ranker", "query") as found:
        load = Load(found.collector)
        for position, name in enumerate(_NAMES, start=1):
            async with load.flowing(events * position // len(_NAMES)):
                for _ in range(times):
                    await load.some()
                    await found.kill(name)
                    await _answers(found)
            rows.append(await judge(found.redis.client, f"{FAULT} {name}", times, load))
        async with load.flowing(load.sent):
            for _ in range(times):
                await _kill_spooling(found, load)
        rows.append(await judge(found.redis.client, f"{FAULT} collector while it spools", times, load))
    return rows


async def control(directory: Path) -> Row:
    """Kill the collector under a client that takes an answer that never came for a yes."""
    async with stage(directory, "counter", "collector") as found:
        load, times = Load(found.collector, patient=False, pace=0), 0
        async with load.flowing(0):
            # One that was cut off may have been written all the same.
            while load.refused < _CUT_OFF:
                await load.some()
                await found.kill("collector")
                times += 1
        return await judge(found.redis.client, FAULT, times, load, patience=1)


async def _kill_spooling(found: Stage, load: Load) -> None:
    """Kill the collector with views in its spool; the next one finds them."""
    collector = found.services["collector"]
    found.redis.signal(signal.SIGSTOP)
    await load.some(100)
    await asyncio.to_thread(collector.kill)
    found.redis.signal(signal.SIGCONT)
    collector.start()
    await found.ready("collector")


async def _answers(found: Stage) -> None:
    url = f"http://127.0.0.1:{found.ports['query']}"
    answer = await found.http.get(f"{url}/v1/trending", params={"site": SITE})
    assert answer.status_code == 200, answer.text
    answer = await found.http.get(f"{url}/v1/counts", params={"site": SITE, "ids": "/story-1"})
    assert answer.json()["counts"]["/story-1"] >= 0
