"""Redis is killed again and again while views flow, with either way of writing its file."""

from pathlib import Path

from tests.chaos import recovery
from tests.chaos.load import Load
from tests.chaos.stage import Stage, stage
from tests.chaos.verdict import Row, judge
from tests.own_redis import OwnRedis

FAULT = "SIGKILL Redis"
FULL = (20, 10_000)
TENTH = (1, 200)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Kill it so often with each way of calling fsync."""
    rows = []
    for fsync in ("always", "everysec"):
        redis = OwnRedis(directory / fsync, appendfsync=fsync)
        await redis.start()
        async with stage(directory, "counter", "collector", redis=redis) as found:
            load = Load(found.collector)
            note = await _kill_under(load, found, times, events)
            rows.append(await judge(redis.client, f"{FAULT}, {fsync}", times, load, note=note))
    return rows


async def control(directory: Path) -> Row:
    """Do the same to a Redis that keeps nothing."""
    redis = OwnRedis(directory / "forgetful", appendonly="no")
    await redis.start()
    async with stage(directory, "counter", "collector", redis=redis) as found:
        load = Load(found.collector)
        await _kill_under(load, found, 1, 300)
        return await judge(redis.client, FAULT, 1, load, patience=1)


async def _kill_under(load: Load, found: Stage, times: int, events: int) -> str:
    note = ""
    async with load.flowing(events):
        for n in range(times):
            await load.some(max(100, events * (n + 1) // (times + 1) - load.sent))
            found.redis.kill()
            await found.redis.start()
            note = await recovery.told(found, load)
    return note
