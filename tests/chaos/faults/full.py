"""Redis has no memory left, its disk is full, or so is that of the spool as well."""

import resource
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from tests.chaos import recovery
from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge

FAULT = "full"
FULL = (3, 3_000)
TENTH = (1, 200)

Step = Callable[[Stage], Awaitable[None]]


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Have each full so often; it drains alone when there is room again."""
    rows = []
    async with stage(directory, "counter", "collector") as found:
        load = Load(found.collector)
        for position, (fault, (fill, empty)) in enumerate(_FAULTS.items(), start=1):
            load.slowest, load.refused = 0.0, 0
            async with load.flowing(events * position // len(_FAULTS)):
                for _ in range(times):
                    await load.some()
                    await fill(found)
                    await _noticed(load)
                    await empty(found)
                    note = await recovery.told(found, load)
            rows.append(await judge(found.redis.client, fault, times, load, note=note))
    return rows


async def control(directory: Path) -> Row:
    """Fill Redis under a collector without a spool, whose client does not send again."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector, patient=False)
        async with load.flowing(0):
            await load.some()
            await _no_memory(found)
            await _noticed(load)
            await _memory(found)
        return await judge(found.redis.client, FAULT, 1, load, patience=1)


async def _noticed(load: Load) -> None:
    """Return when views have met the fault: some more were taken or refused since."""
    goal = load.sent + load.refused + 100
    await load.until(lambda: load.sent + load.refused >= goal)


async def _no_memory(found: Stage) -> None:
    await found.redis.client.config_set("maxmemory", 1)


async def _memory(found: Stage) -> None:
    await found.redis.client.config_set("maxmemory", 0)


async def _no_disk(found: Stage) -> None:
    _may_write(found.redis.pid, 1)


async def _disk(found: Stage) -> None:
    _may_write(found.redis.pid, resource.RLIM_INFINITY)


async def _no_disk_at_all(found: Stage) -> None:
    _may_write(found.redis.pid, 1)
    _may_write(found.services["collector"].pid, 1)


async def _disk_for_all(found: Stage) -> None:
    _may_write(found.redis.pid, resource.RLIM_INFINITY)
    _may_write(found.services["collector"].pid, resource.RLIM_INFINITY)


def _may_write(pid: int, most: int) -> None:
    """Let the files of a process grow to so many bytes; a full disk needs a disk of its own, and so root."""
    psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


_FAULTS: dict[str, tuple[Step, Step]] = {
    "maxmemory": (_no_memory, _memory),
    "disk of Redis full": (_no_disk, _disk),
    "disks of Redis and spool full": (_no_disk_at_all, _disk_for_all),
}
