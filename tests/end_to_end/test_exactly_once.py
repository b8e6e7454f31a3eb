"""Exactly once, by force: the counter is killed again and again while views flow."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from shared import keys, ledger
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.entry import View
from shared.partition import partition_of
from tests.entries import SITE, entry, now_ms, put, totals
from tests.waiting import wait_until

PARTITIONS = 4
VIEWS = 20_000
KILLS = 20


def distinct_views(count: int) -> list[View]:
    """Return views of the last hour, each of another visitor and with another event id."""
    chance = random.Random(1)
    now = now_ms()
    articles = [f"/story-{n}" for n in range(40)]
    return [
        View(
            SITE,
            chance.choice(articles),
            now - chance.randrange(3_600_000),
            now,
            chance.getrandbits(64),
            chance.getrandbits(64),
        )
        for _ in range(count)
    ]


async def publish(redis: Client, views: list[View]) -> None:
    """Put views on their streams in many small entries."""
    by_partition: dict[int, list[View]] = {}
    for view in views:
        by_partition.setdefault(partition_of(view.visitor, view.event, PARTITIONS), []).append(view)
    for p, group in by_partition.items():
        await put(redis, [entry(*group[start : start + 3]) for start in range(0, len(group), 3)], p)


async def counted(redis: Client) -> int:
    return sum([(await totals(redis, p)).get("counted", 0) for p in range(PARTITIONS)])


async def count_under_fire(redis: Client, command: list[str], views: list[View], kills: int) -> None:
    """Publish the views in rounds, and kill the counter in the middle of each."""
    environment = {**os.environ, "GROUNDSWELL_RECLAIM_AFTER": "0.3"}
    share = -(-len(views) // (kills + 1))
    for n in range(kills + 1):
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            before = await counted(redis)
            await publish(redis, views[n * share : (n + 1) * share])
            await wait_until(lambda b=before: _more(redis, b), f"round {n} has begun to be counted", 60)
            if n < kills:
                continue
            await wait_until(lambda: _at_rest(redis), "nothing is pending or undelivered", 60)
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()


async def _more(redis: Client, before: int) -> bool:
    return await counted(redis) > before


async def _at_rest(redis: Client) -> bool:
    books = [await ledger.read(redis, p) for p in range(PARTITIONS)]
    return not any(b.pending_views or b.undelivered_views for b in books)


async def assert_exact(redis: Client, views: list[View]) -> None:
    """Demand that each view was counted once: in totals, counts and books."""
    assert await counted(redis) == len(views), "views counted"
    expected = Counter(view.article for view in views)
    found: Counter[str] = Counter()
    for p in range(PARTITIONS):
        for article, count in (await redis.hgetall(keys.count(p, SITE))).items():
            found[article.decode()] += int(count)
        assert (await ledger.read(redis, p)).balanced
    assert found == expected


async def assert_scores(redis: Client, views: list[View]) -> None:
    """Demand that every board equals its recomputation from the views."""
    for name, half_life in HALF_LIVES.items():
        decay = Decay(half_life)
        expected: dict[tuple[int, str], list[tuple[float, float]]] = {}
        for view in views:
            p = partition_of(view.visitor, view.event, PARTITIONS)
            expected.setdefault((p, view.article), []).append((view.occurred_ms / 1000, 1.0))
        for p in range(PARTITIONS):
            board = {
                article.decode(): score
                for article, score in await redis.zrange(keys.board(p, SITE, name), 0, -1, withscores=True)
            }
            recomputed = {a: decay.fold(moments) for (q, a), moments in expected.items() if q == p}
            assert board == pytest.approx(recomputed, abs=1e-4)


async def test_a_counter_killed_twenty_times_counts_every_view_once(redis: Client, redis_url: str):
    views = distinct_views(VIEWS)
    groundswell = str(Path(sys.executable).with_name("groundswell"))
    command = [groundswell, "counter", "--site", SITE, "--redis-url", redis_url]

    await count_under_fire(redis, [*command, "--partitions", str(PARTITIONS)], views, KILLS)

    await assert_exact(redis, views)
    await assert_scores(redis, views)


async def test_a_commit_that_counts_before_it_acknowledges_is_caught(redis: Client, redis_url: str):
    views = distinct_views(2_000)
    command = [sys.executable, "-m", "tests.careless_counter", redis_url, str(PARTITIONS)]

    await count_under_fire(redis, command, views, 5)

    with pytest.raises(AssertionError, match="views counted"):
        await assert_exact(redis, views)
