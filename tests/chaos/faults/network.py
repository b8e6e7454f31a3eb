"""The network to Redis is slow, swallows everything, or cuts replies off."""

import asyncio
from pathlib import Path

from tests.chaos.load import Load
from tests.chaos.recovery import Recovery
from tests.chaos.small_disk import small_disk
from tests.chaos.stage import stage
from tests.chaos.verdict import Row, judge
from tests.own_redis import OwnRedis
from tests.proxy import Mode, Proxy

FAULT = "network to Redis"
FULL = (60, 5_000)
TENTH = (6, 500)

_SHARE = 0.05
_MODES = {Mode.DELAY: "200 ms delay", Mode.BLACK_HOLE: "black hole", Mode.CUT_REPLIES: "5 % of replies cut"}


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Have each for so many seconds."""
    # How soon it answers then is not to depend on the disk of this machine.
    with small_disk(directory / "data", "256m"):
        return await _break(directory, times, events)


async def control(directory: Path) -> Row:
    """Cut every reply of a collector without a spool, under a client that does not send again."""
    redis = OwnRedis(directory / "redis")
    await redis.start()
    async with (
        Proxy.to("127.0.0.1", redis.port) as proxy,
        stage(
            directory, "counter", "collector", redis=redis, redis_url=proxy.redis_url, spool=False
        ) as found,
    ):
        load = Load(found.collector, patient=False)
        async with load.flowing(0):
            await load.some()
            proxy.mode = Mode.REFUSE
            await load.some()
            proxy.mode = Mode.PASS
        return await judge(redis.client, FAULT, 1, load, patience=1)


async def _break(directory: Path, seconds: int, events: int) -> list[Row]:
    redis = OwnRedis(directory / "redis")
    await redis.start()
    rows = []
    async with (
        Proxy.to("127.0.0.1", redis.port) as proxy,
        stage(directory, "counter", "collector", redis=redis, redis_url=proxy.redis_url) as found,
    ):
        proxy.share = _SHARE
        load = Load(found.collector)
        for position, (mode, words) in enumerate(_MODES.items(), start=1):
            recovery = Recovery(found, load)
            async with load.flowing(events * position // len(_MODES)):
                await load.some()
                proxy.mode = mode
                await asyncio.sleep(seconds)
                proxy.mode = Mode.PASS
                await recovery.after_fault()
            rows.append(recovery.judged(await judge(redis.client, f"{words}, {seconds} s", 1, load)))
    return rows
