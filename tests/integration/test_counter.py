"""The counter as a service: what it does when its group, its mates or its scripts are gone."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from services.counter import Counter, build
from services.counter.group import ensure_group
from services.counter.trim import Trimmer
from shared import hours, keys
from shared.connection import Client
from shared.metrics import CounterMetrics
from shared.settings import Settings
from tests.entries import SITE, committing, deliver, entry, now_ms, put, totals, view, views_of
from tests.waiting import wait_until


class Running:
    """Counters of one test, stopped at its end."""

    def __init__(self, redis_url: str) -> None:
        self.redis_url = redis_url
        self.counters: list[Counter] = []

    async def start(self, partitions: int = 1, **fields: object) -> Counter:
        settings = Settings(
            site=(SITE,),  # type: ignore[arg-type]
            redis_url=self.redis_url,
            partitions=partitions,
            reclaim_after=0.3,
            **fields,  # type: ignore[arg-type]
        )
        counter = build(settings, CollectorRegistry())
        self.counters.append(counter)
        await counter.start()
        return counter


@pytest.fixture
async def running(redis_url: str) -> AsyncIterator[Running]:
    counters = Running(redis_url)
    yield counters
    for counter in counters.counters:
        await counter.stop()


async def counted(redis: Client, partitions: int = 1) -> int:
    return sum([(await totals(redis, p)).get("counted", 0) for p in range(partitions)])


@pytest.mark.parametrize("partitions", [1, 4])
async def test_what_is_on_the_streams_is_counted(redis: Client, running: Running, partitions: int):
    for p in range(partitions):
        await put(redis, [entry(*[view(f"/{n}", visitor=n) for n in range(300)])] * 1, p)
    counter = await running.start(partitions)

    await wait_until(lambda: _is(counted(redis, partitions), 300 * partitions), "everything is counted")

    await wait_until(lambda: _is(counter.unready(), []), "the counter is ready")
    assert await views_of(redis, "/7", range(partitions)) == partitions


async def test_the_group_is_made_again_and_what_came_meanwhile_is_counted(redis: Client, running: Running):
    counter = await running.start()
    await put(redis, [entry(view("/before"))])
    await wait_until(lambda: _is(counted(redis), 1), "the first view is counted")
    await redis.flushall()

    await put(redis, [entry(view("/after"))])

    await wait_until(lambda: _is(views_of(redis, "/after"), 1), "views are counted after a flush")
    await wait_until(lambda: _is(counter.unready(), []), "the counter is ready again")


async def test_a_deleted_group_counts_nothing_twice(redis: Client, running: Running):
    await running.start()
    await put(redis, [entry(view()) for _ in range(20)])
    await wait_until(lambda: _is(counted(redis), 20), "all are counted")
    await redis.xgroup_destroy(keys.views(0), keys.GROUP)
    await put(redis, [entry(view())])

    await wait_until(lambda: _is(counted(redis), 21), "the new one is counted")

    assert await views_of(redis) == 21


async def test_what_a_dead_consumer_held_is_counted(redis: Client, running: Running):
    await ensure_group(redis, 0)
    await put(redis, [entry(view()) for _ in range(250)])
    await redis.xreadgroup(keys.GROUP, "dead", {keys.views(0): ">"}, count=250)

    await running.start()

    await wait_until(lambda: _is(counted(redis), 250), "the entries of the dead consumer are counted")
    await wait_until(
        lambda: _is(redis.xpending(keys.views(0), keys.GROUP), 0, "pending"), "nothing is pending"
    )


async def test_two_counters_share_the_work_and_count_once(redis: Client, running: Running):
    await running.start()
    await running.start()

    for start in range(0, 1000, 20):
        await put(redis, [entry(*[view(visitor=visitor) for visitor in range(start, start + 20)])])

    await wait_until(lambda: _is(counted(redis), 1000), "all are counted")
    assert await totals(redis) == {"accepted": 1000, "counted": 1000}


async def test_acknowledged_entries_are_cut_off_and_pending_ones_stay(redis: Client):
    await ensure_group(redis, 0)
    await put(redis, [entry(view()) for _ in range(5)])
    await deliver(redis, committing(redis))
    await put(redis, [entry(view()) for _ in range(3)])
    held = await redis.xreadgroup(keys.GROUP, "held", {keys.views(0): ">"}, count=2)
    trimmer = Trimmer(redis, CounterMetrics(CollectorRegistry()))

    await trimmer.trim_stream(0)

    left = [stream_id for stream_id, _ in await redis.xrange(keys.views(0))]
    assert left[:2] == [stream_id for stream_id, _ in held[0][1]]
    assert len(left) == 3


async def test_faded_articles_leave_the_board_and_keep_their_count(redis: Client):
    await ensure_group(redis, 0)
    await put(redis, [entry(view("/old"), view("/new"))])
    await deliver(redis, committing(redis))
    board = keys.board(0, SITE, "15m")
    await redis.zadd(board, {"/old": now_ms() / 1000 - 10 * hours.HOUR})
    trimmer = Trimmer(redis, CounterMetrics(CollectorRegistry()))

    await trimmer.trim_boards(1, [SITE])

    assert await redis.zrange(board, 0, -1) == [b"/new"]
    assert await views_of(redis, "/old") == 1


async def test_a_new_partition_is_read_from_the_next_midnight_without_a_restart(
    redis: Client, running: Running
):
    await running.start(1)
    await wait_until(lambda: redis.exists(keys.META), "the plan is written")
    tomorrow = hours.day_stamp(now_ms() / 1000 + hours.DAY)
    await redis.hset(keys.META, f"partitions:{tomorrow}", 2)
    await put(redis, [entry(view("/late"))], partition=1)
    await running.start(2)

    await wait_until(lambda: _is(views_of(redis, "/late", (1,)), 1), "the second partition is read")


async def test_a_counter_that_cannot_reach_redis_is_not_ready(running: Running):
    running.redis_url = "redis://127.0.0.1:1"

    counter = await running.start()

    assert await counter.unready() == ["Redis does not answer: ConnectionError"]


async def test_a_broken_entry_among_good_ones_stays_pending_alone(redis: Client, running: Running):
    counter = await running.start()
    # Its article's count is no number of ours: the script stops before it writes anything.
    await redis.set(keys.count(0, "broken.example"), "not ours")
    await put(redis, [entry(view()), entry(view()._replace(site="broken.example")), entry(view())])

    await wait_until(lambda: _is(views_of(redis), 2), "its mates are counted")

    assert (await redis.xpending(keys.views(0), keys.GROUP))["pending"] == 1
    await redis.delete(keys.count(0, "broken.example"))
    await wait_until(lambda: _is(counted(redis), 3), "it is counted once the key is right")
    assert await counter.unready() == []


async def _is(answer: object, expected: object, field: str | None = None) -> bool:
    found = await answer  # type: ignore[misc]
    return (found[field] if field else found) == expected
