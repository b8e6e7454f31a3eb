"""What `groundswell doctor` finds on streams that are counted, and on those that are not."""

from dataclasses import replace

import pytest

from services.cli import stream_state
from services.cli.doctor import streams as looking
from services.cli.doctor.books import books
from services.cli.doctor.dead_letters import dead_letters
from services.cli.doctor.finding import Level
from services.cli.doctor.streams import streams
from services.counter.group import ensure_group
from shared import dead, keys
from shared.connection import Client
from shared.entry import encode
from tests.doctors import case_of, in_redis
from tests.entries import committing, deliver, entry, put, view


@pytest.fixture
async def counted(redis: Client) -> None:
    """A stream whose only entry is counted by a consumer that was just there."""
    await ensure_group(redis, 0)
    await put(redis, [entry(view(), view())])
    await deliver(redis, committing(redis))


async def test_a_stream_that_is_read_and_counted_is_well(counted: None, redis: Client):
    [found] = await in_redis(streams, redis)

    assert (found.level, found.what) == (Level.OK, "1 partition is read, and 0 entries wait")


async def test_a_redis_on_which_nothing_ever_started_is_wrong(redis: Client):
    [found] = await in_redis(streams, redis, case_of(partitions=0))

    assert found.level == Level.WRONG


async def test_a_group_that_is_gone_is_wrong_and_what_waits_is_told(counted: None, redis: Client):
    await redis.flushall()
    await put(redis, [entry(view())])

    [found] = await in_redis(streams, redis)

    assert found.level == Level.WRONG
    assert "no consumer group counter, and 1 entries wait" in found.what


async def test_a_stream_that_nobody_reads_is_wrong(redis: Client):
    await ensure_group(redis, 0)

    [found] = await in_redis(streams, redis)

    assert (found.level, found.what) == (Level.WRONG, "nobody reads gs:views:{0}")


@pytest.mark.parametrize(("age", "level"), [(5, Level.OK), (30, Level.WARNING), (300, Level.WRONG)])
@pytest.mark.parametrize("read", [False, True])
async def test_an_entry_that_waits_for_long_is_found(
    counted: None, redis: Client, read: bool, age: int, level: Level
):
    await put(redis, [entry(view())])
    if read:
        await redis.xreadgroup(keys.GROUP, "test", {keys.views(0): ">"})
    case = case_of()

    [found] = await in_redis(streams, redis, replace(case, now=case.now + age))

    assert found.level == level
    assert ("pending" if read else "undelivered") in found.what or level == Level.OK


async def test_a_consumer_that_is_gone_and_holds_entries_is_found(
    counted: None, redis: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(looking, "GONE", -1.0)
    await put(redis, [entry(view())])
    await redis.xreadgroup(keys.GROUP, "test", {keys.views(0): ">"})

    found = await in_redis(streams, redis)

    assert [one.level for one in found] == [Level.WRONG, Level.WARNING]
    assert "test has been gone" in found[1].what


@pytest.mark.parametrize(
    ("limits", "level"),
    [
        ({"backlog_max_entries": 2}, Level.WRONG),
        ({"backlog_max_entries": 5}, Level.WRONG),
        ({"ready_lag": 2}, Level.WARNING),
        ({}, Level.OK),
    ],
)
async def test_a_backlog_near_its_limit_is_found(
    counted: None, redis: Client, limits: dict[str, int], level: Level
):
    await put(redis, [entry(view()) for _ in range(3)])

    [found] = await in_redis(streams, redis, case_of(**limits))

    assert found.level == level


async def test_the_state_tells_what_waits_where_redis_does_not_know_the_lag(counted: None, redis: Client):
    await put(redis, [entry(view()) for _ in range(3)])
    ids = [entry_id for entry_id, _ in await redis.xrange(keys.views(0))]
    # Redis cannot tell how many are left behind one that is gone from the middle.
    await redis.xdel(keys.views(0), ids[-2])

    state = await stream_state.read(redis, 0)

    assert (await redis.xinfo_groups(keys.views(0)))[0]["lag"] is None
    assert state.undelivered >= 2
    assert state.since == state.undelivered_since == int(ids[-3].partition(b"-")[0]) / 1000


async def test_dead_letters_are_told_with_the_newest_reason(counted: None, redis: Client):
    [none] = await in_redis(dead_letters, redis)
    for reason in ("unknown-version", "undecodable"):
        await dead.bury(redis, 0, encode(entry(view())), reason=reason, detail="so it was")
    [some] = await in_redis(dead_letters, redis)

    assert none.level == Level.OK
    assert some.level == Level.WARNING
    assert some.what == "partition 0 has 2 dead letters; the newest, 0 s old: undecodable, so it was"


async def test_as_many_dead_letters_as_are_kept_are_wrong(redis: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dead, "MOST", 1)
    await dead.bury(redis, 0, encode(entry(view())), reason="undecodable", detail="so it was")

    [found] = await in_redis(dead_letters, redis)

    assert found.level == Level.WRONG


async def test_books_that_do_not_balance_are_wrong(counted: None, redis: Client, redis_url: str):
    [balanced] = await in_redis(books, redis, case_of(redis_url))
    await redis.hincrby(keys.total(0), "accepted", 1)
    [off] = await in_redis(books, redis, case_of(redis_url))

    assert (balanced.level, off.level) == (Level.OK, Level.WRONG)
    assert "partition 0" in off.what
