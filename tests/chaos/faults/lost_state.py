"""The database, the consumer group or the scripts are gone while the services run."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from shared import keys
from tests.chaos.load import Load
from tests.chaos.recovery import Recovery
from tests.chaos.stage import PARTITIONS, Stage, stage
from tests.chaos.verdict import Row, judge
from tests.waiting import wait_until

FAULT = "FLUSHALL"
FULL = (10, 5_000)
TENTH = (1, 500)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Have each of them gone so often."""
    async with stage(directory, "counter", "collector") as found:
        redis, load = found.redis.client, Load(found.collector)

        async def destroy() -> None:
            for p in range(PARTITIONS):
                gone = partial(redis.xgroup_destroy, keys.views(p), keys.GROUP)
                await wait_until(gone, "there is a group to destroy")

        rows = [
            await _under_load(Recovery(found, load), "SCRIPT FLUSH", redis.script_flush, times, events),
            await _under_load(Recovery(found, load), "group destroyed", destroy, times, 2 * events),
            await _flush(found, load, times),
        ]
        await _told(found, 2 * times * PARTITIONS)
        return rows


async def control(directory: Path) -> Row:
    """Have the group gone, and what was counted put on its stream once more under new names."""
    async with stage(directory, "collector") as found:
        load = Load(found.collector, identified=False)
        await load.send_all(50)
        redis = found.redis.client
        for p in range(PARTITIONS):
            for _, fields in await redis.xrange(keys.views(p)):
                await redis.xadd(keys.views(p), {**fields, b"e": fields[b"e"][::-1]})
        await found.start("counter")
        return await judge(redis, FAULT, 1, load, patience=1)


async def _under_load(
    recovery: Recovery, fault: str, lose: Callable[[], Awaitable[object]], times: int, events: int
) -> Row:
    """Lose it so often while views flow."""
    load = recovery.load
    async with load.flowing(events):
        for _ in range(times):
            await load.some()
            await lose()
            await recovery.after_fault()
    return recovery.judged(await judge(recovery.found.redis.client, fault, times, load))


async def _flush(found: Stage, load: Load, times: int) -> Row:
    """Empty the database; what comes after is counted, once and soon."""
    recovery = Recovery(found, load)
    lost = events = 0
    for _ in range(times):
        await found.redis.client.flushall()
        before = load.sent
        # Nothing was taken meanwhile, since what was taken before is rightly gone.
        async with load.flowing(0):
            await recovery.after_fault(goal=1)
        row = await judge(found.redis.client, FAULT, times, load.sent - before)
        lost += abs(row.difference) + row.books
        events += row.events
    return recovery.judged(Row(FAULT, times, events, lost))


async def _told(found: Stage, times: int) -> None:
    async def told() -> bool:
        return await found.metric("counter", "groundswell_group_recreated_total") >= times

    await wait_until(told, "each group is made again, and a metric tells", 30)
