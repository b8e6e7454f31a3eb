"""Redis has no memory left, its disk is full, or so is that of the spool as well."""

from contextlib import ExitStack
from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.recovery import Recovery
from tests.chaos.small_disk import Disk, Limited, small_disk
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge

FAULT = "full"
FULL = (3, 3_000)
TENTH = (1, 300)

_SIZE = "64m"


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Have each full so often; it drains alone when there is room again."""
    rows = []
    with ExitStack() as mounted:
        own = [mounted.enter_context(small_disk(directory / name, _SIZE)) for name in ("redis", "data")]
        async with stage(directory, "counter", "collector") as found:
            load = Load(found.collector)
            redis: Disk = own[0] or Limited(lambda: found.redis.pid)
            spool: Disk = own[1] or Limited(lambda: found.services["collector"].pid)
            faults: dict[str, _Memory | _Disks] = {
                "maxmemory": _Memory(found, load),
                "disk of Redis full": _Disks(load, redis),
                "disk of Redis, then of the spool full": _Disks(load, redis, spool),
            }
            for position, (fault, broken) in enumerate(faults.items(), start=1):
                recovery = Recovery(found, load)
                async with load.flowing(events * position // len(faults)):
                    for _ in range(times):
                        await load.some()
                        await broken.fill()
                        await broken.empty()
                        await recovery.after_fault()
                rows.append(recovery.told(await judge(found.redis.client, fault, times, load)))
    return rows


async def control(directory: Path) -> Row:
    """Fill Redis under a collector without a spool, whose client does not send again."""
    async with stage(directory, "counter", "collector", spool=False) as found:
        load = Load(found.collector, patient=False)
        memory = _Memory(found, load)
        async with load.flowing(0):
            await load.some()
            await memory.fill()
            await memory.empty()
        return await judge(found.redis.client, FAULT, 1, load, patience=1)


class _Memory:
    """The memory of Redis."""

    def __init__(self, found: Stage, load: Load) -> None:
        self._redis = found.redis.client
        self._load = load

    async def fill(self) -> None:
        """Leave none, until views have met that."""
        await self._redis.config_set("maxmemory", 1)
        await _noticed(self._load)

    async def empty(self) -> None:
        await self._redis.config_set("maxmemory", 0)


class _Disks:
    """Disks that are filled up one after the other."""

    def __init__(self, load: Load, *disks: Disk) -> None:
        self._load = load
        self._disks = disks

    async def fill(self) -> None:
        """Leave no room on any, until views have met each."""
        for disk in self._disks:
            disk.fill()
            await _noticed(self._load)

    async def empty(self) -> None:
        for disk in self._disks:
            disk.empty()


async def _noticed(load: Load) -> None:
    """Return when views have met the fault: some more were taken or refused since."""
    goal = load.sent + load.refused + 100
    await load.until(lambda: load.sent + load.refused >= goal)
