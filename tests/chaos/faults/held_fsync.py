"""Redis is killed while the disk holds up its fsync: what it wrote last is lost, and no more than that."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from shared import keys
from shared.connection import Client
from tests.chaos.held_fsync import held_fsync, written_late
from tests.chaos.load import Event, Load
from tests.chaos.recovery import Recovery
from tests.chaos.stage import PARTITIONS, Stage, stage
from tests.chaos.verdict import Row, judge
from tests.entries import SITE
from tests.own_redis import OwnRedis
from tests.waiting import wait_until

FAULT = "SIGKILL Redis, everysec, fsync held up"
FULL = (20, 10_000)
TENTH = (2, 500)

WINDOW = 2.0
"""Seconds before a kill whose views may be lost."""


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Hold up fsync, and kill it at another point of the two seconds that it keeps back each time."""
    async with stage(directory, "counter", "collector") as found:
        load = Remembering(found.collector)
        recovery = Recovery(found, load)
        async with load.flowing(events):
            for n in range(times):
                await load.some()
                async with held_fsync(found.redis.pid, found.redis.client):
                    await _keep_back(found, WINDOW * (n + 0.5) / times)
                    load.killed.append(time.monotonic())
                    found.redis.signal(signal.SIGKILL)
                found.redis.kill()
                await found.redis.start()
                # What was lost is not waited for.
                await recovery.after_fault(goal=0)
        return [recovery.told(await _judge(found, load, times))]


async def control(directory: Path) -> Row:
    """Kill a Redis that writes nothing after its first snapshot, a while later."""
    redis = OwnRedis(directory / "redis", appendonly="no")
    await redis.start()
    async with stage(directory, "counter", "collector", redis=redis) as found:
        load = Remembering(found.collector)
        async with load.flowing(0):
            await load.some()
            await redis.client.save()
            await asyncio.sleep(WINDOW + 1)
            load.killed.append(time.monotonic())
            redis.kill()
            await redis.start()
        return await _judge(found, load, 1)


class Remembering(Load):
    """Knows when each of its batches was taken; each has an article of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.killed: list[float] = []
        """When Redis was, in seconds of the monotonic clock."""
        self._taken: dict[str, tuple[float, float, int]] = {}
        """When a batch was sent, when it was taken, and its views."""
        self._batches = 0

    def events(self, number: int) -> list[Event]:
        self._batches += 1
        article = f"{self.page}/batch-{self._batches}"
        return [{**event, "article": article} for event in super().events(number)]

    async def send(self, events: Sequence[Event]) -> int:
        began = time.monotonic()
        refused = await super().send(events)
        taken = time.monotonic()
        self._taken[events[0]["article"]] = (taken if refused else began, taken, len(events))
        return refused

    def missing(self, counts: dict[str, int]) -> list[tuple[float, int]]:
        """Return how long before a kill each batch was taken that is not counted whole, and what is missing.

        After the last kill that time is endless.
        """
        found = []
        for article, (sent, taken, views) in self._taken.items():
            if lost := views - counts.get(article, 0):
                # Redis may have replied just before it was killed, and the answer have come just after.
                times = (max(0.0, kill - taken) for kill in self.killed if kill >= sent)
                found.append((min(times, default=float("inf")), lost))
        return found


async def _judge(found: Stage, load: Remembering, times: int) -> Row:
    await _drained(found)
    row = await judge(found.redis.client, FAULT, times, load, patience=1)
    missing = load.missing(await _counts(found.redis.client))
    allowed = sum(views for before, views in missing if before <= WINDOW)
    longest = max((before for before, _ in missing), default=0.0)
    return replace(row, allowed=allowed, note=f"lost the last {longest:.2f} s at most")


async def _keep_back(found: Stage, seconds: float) -> None:
    """Return so long after Redis has written, with all views taken since then in what it keeps back.

    A view that waited in the spool was taken earlier than it was kept back: then once more.
    """
    spooled = -1.0
    while spooled != (now := await found.metric("collector", "groundswell_views_spooled_total")):
        spooled = now
        await _drained(found)
        await written_late(found.redis.client)
        await asyncio.sleep(seconds)


async def _drained(found: Stage) -> None:
    """Return when nothing waits in the spool."""

    async def empty() -> bool:
        return not await found.metric("collector", "groundswell_spool_entries")

    await wait_until(empty, "the spool is empty")


async def _counts(redis: Client) -> dict[str, int]:
    counts: dict[str, int] = {}
    for p in range(PARTITIONS):
        for article, views in (await redis.hgetall(keys.count(p, SITE))).items():
            counts[article.decode()] = counts.get(article.decode(), 0) + int(views)
    return counts
