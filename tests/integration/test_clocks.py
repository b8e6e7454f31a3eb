"""Clocks that are a day off: counts stay whole, and no score is beyond the true time."""

import math
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.collector import views as endpoints
from services.counter.group import ensure_group
from services.counter.trim import Trimmer
from shared import hours, keys, ledger
from shared.connection import Client
from shared.decay import HALF_LIVES
from shared.entry import Entry, View, new_entry_id
from shared.metrics import CounterMetrics
from tests.collectors import collector_at, on_the_stream, post
from tests.entries import SITE, committing, deliver, entry, put, totals, view, views_of
from tests.own_redis import ClockOf, OwnRedis

DAY = hours.DAY
SLACK = 5.0


class Machine:
    """A Redis whose clock can be set, and what a counter does with it."""

    def __init__(self, clock: ClockOf, redis: Client) -> None:
        self.clock = clock
        self.redis = redis
        self.registry = CollectorRegistry()
        self.intake = committing(redis, window=DAY, registry=self.registry)

    async def count(self, *views: View) -> None:
        await put(self.redis, [entry(*views)])
        await deliver(self.redis, self.intake)

    def jump(self) -> float:
        return self.registry.get_sample_value("groundswell_redis_clock_jump_seconds") or 0.0

    async def scores(self, half_life: str = "4h") -> dict[str, float]:
        found = await self.redis.zrange(keys.board(0, SITE, half_life), 0, -1, withscores=True)
        return {article.decode(): score for article, score in found}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    clock = ClockOf(tmp_path)
    server = OwnRedis(tmp_path, clock.environment, appendonly="no")
    await server.start()
    await ensure_group(server.client, 0)
    yield Machine(clock, server.client)
    await server.stop()


async def test_the_clock_of_this_redis_can_be_set(machine: Machine):
    machine.clock.off_by(-DAY)

    seconds, _ = await machine.redis.time()

    assert seconds == pytest.approx(time.time() - DAY, abs=60)


async def test_while_redis_is_a_day_back_nothing_is_counted_again_or_too_old(machine: Machine):
    await machine.count(view("/before", visitor=1))
    machine.clock.off_by(-DAY)

    await machine.count(view("/before", visitor=1), view("/meanwhile", visitor=1))
    machine.clock.off_by(0)
    await machine.count(view("/before", visitor=1), view("/after", visitor=1), view("/after", visitor=2))

    assert await totals(machine.redis) == {"accepted": 6, "counted": 4, "duplicates": 2}
    for half_life, seconds in HALF_LIVES.items():
        scores = await machine.scores(half_life)
        assert scores["/before"] <= scores["/meanwhile"] <= time.time()
        assert scores["/meanwhile"] > time.time() - 60
        assert scores["/after"] == pytest.approx(time.time() + seconds, abs=60)
    assert await machine.redis.exists(keys.hour(0, SITE, hours.hour_stamp(time.time() - DAY))) == 0


async def test_a_counter_that_starts_while_redis_is_back_goes_by_its_stream(machine: Machine):
    await machine.count(view("/before", visitor=1))
    machine.clock.off_by(-DAY)
    machine.intake = committing(machine.redis, window=DAY)

    await machine.count(view("/before", visitor=1), view("/meanwhile", visitor=1))

    assert await totals(machine.redis) == {"accepted": 3, "counted": 2, "duplicates": 1}
    assert (await machine.scores())["/meanwhile"] > time.time() - 60


async def test_while_redis_is_a_day_ahead_no_view_happens_in_the_future(machine: Machine):
    await machine.count(view("/before", visitor=1))
    machine.clock.off_by(DAY)
    ahead = round(DAY * 1000)
    later = view("/meanwhile", visitor=1)

    await machine.count(
        later._replace(occurred_ms=later.occurred_ms + ahead, received_ms=later.received_ms + ahead)
    )
    assert machine.jump() == pytest.approx(DAY, abs=60), "a metric tells"
    machine.clock.off_by(0)
    await machine.count(view("/after"), view("/after"))

    assert abs(machine.jump()) < 1
    assert (await totals(machine.redis))["counted"] == 4
    for half_life in HALF_LIVES:
        scores = await machine.scores(half_life)
        assert list(scores) == ["/before", "/meanwhile", "/after"], "the order is right"
        assert scores["/meanwhile"] <= time.time() + SLACK


async def test_a_day_ahead_trims_no_board(machine: Machine):
    trimmer = Trimmer(machine.redis, CounterMetrics(CollectorRegistry()))
    await trimmer.trim_boards(1, [SITE])
    await machine.count(view("/a"))
    machine.clock.off_by(DAY)

    await trimmer.trim_boards(1, [SITE])

    assert [len(await machine.scores(half_life)) for half_life in HALF_LIVES] == [1, 1, 1]


@pytest.mark.parametrize("off", [DAY, -DAY])
async def test_a_collector_a_day_off_loses_no_view_and_gains_no_score(redis: Client, off: int):
    await ensure_group(redis, 0)
    wrong = round((time.time() + off) * 1000)
    intake = committing(redis)
    for _ in range(2):
        views = [View(SITE, "/wrong", wrong, wrong, visitor) for visitor in range(10)]
        await put(redis, [Entry(new_entry_id(wrong), views), entry(view("/right", visitor=1))])
        await deliver(redis, intake)

    books = await ledger.read(redis, 0)
    assert books.balanced
    assert await views_of(redis, "/wrong") >= 10
    board = await redis.zscore(keys.board(0, SITE, "4h"), "/wrong")
    most = await views_of(redis, "/wrong")
    assert board <= time.time() + math.log2(most) * HALF_LIVES["4h"]
    assert (board > await redis.zscore(keys.board(0, SITE, "4h"), "/right")) is (off > 0)
    # Its entry ids name a window of another day, and still count once.
    twice = Entry(new_entry_id(wrong), [View(SITE, "/twice", wrong, wrong)])
    await put(redis, [twice, twice])
    await deliver(redis, intake)
    assert await views_of(redis, "/twice") == 1


@pytest.mark.parametrize("off", [DAY, -DAY])
async def test_a_collector_whose_clock_jumps_goes_on_by_the_time_that_passed(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch, off: int
):
    async with collector_at(redis_url) as collector:
        await post(collector, {"article": "/before"})
        true_time = time.time
        monkeypatch.setattr(endpoints.time, "time", lambda: true_time() + off)
        await post(collector, {"article": "/meanwhile"})
        monkeypatch.undo()

    before, meanwhile = await on_the_stream(redis)
    assert 0 <= meanwhile.received_ms - before.received_ms < 60_000
    assert meanwhile.visitor == before.visitor, "the salt is that of the same day"
