"""The database, the consumer group or the scripts are gone while the services run."""

import time
from pathlib import Path

from shared import keys
from tests.chaos.load import Load
from tests.chaos.stage import PARTITIONS, Stage, stage
from tests.chaos.verdict import Row, counts_of, judge
from tests.waiting import wait_until

FAULT = "FLUSHALL"
FULL = (10, 5_000)
TENTH = (1, 100)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Have each of them gone so often."""
    async with stage(directory, "counter", "collector") as found:
        load = Load(found.collector)
        async with load.flowing(events):
            for _ in range(times):
                await load.some()
                await found.redis.client.script_flush()
        rows = [await judge(found.redis.client, "SCRIPT FLUSH", times, load)]
        async with load.flowing(2 * events):
            for n in range(times):
                await load.some()
                for p in range(PARTITIONS):
                    await found.redis.client.xgroup_destroy(keys.views(p), keys.GROUP)
                await _made_again(found, (n + 1) * PARTITIONS)
        rows.append(await judge(found.redis.client, "group destroyed", times, load))
        rows.append(await _flush(found, load, times))
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


async def _flush(found: Stage, load: Load, times: int) -> Row:
    """Empty the database; what comes after is counted, once and soon."""
    slowest = 0.0
    lost = events = 0
    for _ in range(times):
        await found.redis.client.flushall()
        began, before = time.monotonic(), load.sent
        await load.send_all(100)

        async def counted() -> bool:
            return await counts_of(found.redis.client) > 0

        await wait_until(counted, "views are counted again", 30)
        slowest = max(slowest, time.monotonic() - began)
        row = await judge(found.redis.client, FAULT, times, load.sent - before)
        lost += abs(row.difference) + row.books
        events += row.events
    made = await found.metric("counter", "groundswell_group_recreated_total")
    note = f"counting again after {slowest:.1f} s at most; the metric of groups made again says {made:.0f}"
    return Row(FAULT, times, events, lost, 0, note)


async def _made_again(found: Stage, times: int) -> None:
    async def told() -> bool:
        return await found.metric("counter", "groundswell_group_recreated_total") >= times

    await wait_until(told, "the group is made again, and a metric tells", 30)
