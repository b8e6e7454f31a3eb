"""Redis is killed again and again while views flow, with either way of writing its file."""

from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.recovery import Recovery
from tests.chaos.stage import stage
from tests.chaos.verdict import Row, judge
from tests.own_redis import OwnRedis

FAULT = "SIGKILL Redis"
FULL = (20, 10_000)
TENTH = (2, 500)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Kill it so often with each way of calling fsync."""
    rows = []
    redis = OwnRedis(directory / "redis")
    await redis.start()
    async with stage(directory, "counter", "collector", redis=redis) as found:
        load = Load(found.collector)
        for position, fsync in enumerate(("always", "everysec")):
            redis.options["appendfsync"] = fsync
            await redis.client.config_set("appendfsync", fsync)
            recovery = Recovery(found, load)
            await _kill_under(load, recovery, times, position * events, events)
            rows.append(recovery.told(await judge(redis.client, f"{FAULT}, {fsync}", times, load)))
    return rows


async def control(directory: Path) -> Row:
    """Do the same to a Redis that keeps nothing."""
    redis = OwnRedis(directory / "forgetful", appendonly="no")
    await redis.start()
    async with stage(directory, "counter", "collector", redis=redis) as found:
        load = Load(found.collector)
        await _kill_under(load, Recovery(found, load), 1, 0, 300)
        return await judge(redis.client, FAULT, 1, load, patience=1)


async def _kill_under(load: Load, recovery: Recovery, times: int, before: int, events: int) -> None:
    async with load.flowing(before + events):
        for n in range(times):
            await load.some(max(100, before + events * (n + 1) // (times + 1) - load.sent))
            recovery.found.redis.kill()
            await recovery.found.redis.start()
            await recovery.after_fault()
