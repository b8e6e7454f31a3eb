"""Which stream a view travels on, and how the number of streams grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import keys
from shared.connection import Client
from shared.hours import DAY
from shared.partition import PartitionPlan, load_plan, partition_of, read_plan

NOW = 1_790_000_000.0


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(1, 256))
def test_a_visitor_always_lands_in_the_same_partition(visitor: int, event: int, partitions: int):
    chosen = partition_of(visitor, event, partitions)

    assert chosen == partition_of(visitor, None, partitions)
    assert 0 <= chosen < partitions


def test_a_view_without_visitor_follows_its_event_and_else_chance():
    assert partition_of(None, 5 << 52, 4) == 1
    assert {partition_of(None, None, 4) for _ in range(200)} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("day", "partitions"),
    [("20150517", 1), ("20260101", 1), ("20260102", 4), ("20260109", 4), ("20260110", 2)],
)
def test_each_day_has_the_partitions_of_the_last_step_before_it(day: str, partitions: int):
    plan = PartitionPlan((("20260101", 1), ("20260102", 4), ("20260110", 2)))

    assert plan.on(day) == partitions
    assert plan.ever == 4


async def test_a_fresh_database_has_its_partitions_at_once(redis: Client):
    assert await read_plan(redis) is None

    plan = await load_plan(redis, 4, NOW)

    assert plan.steps == (("20260921", 4),)


async def test_more_partitions_begin_at_the_next_midnight(redis: Client):
    await load_plan(redis, 1, NOW)

    plan = await load_plan(redis, 4, NOW)

    assert plan.on("20260921") == 1
    assert plan.on("20260922") == 4
    assert plan == await load_plan(redis, 4, NOW + DAY)


async def test_a_change_of_mind_before_midnight_changes_tomorrow_only(redis: Client):
    for wanted in (1, 4, 1):
        plan = await load_plan(redis, wanted, NOW)

    assert plan.on("20260921") == plan.on("20260922") == 1
    assert set(await redis.hgetall(keys.META)) == {
        b"schema",
        b"partitions:20260921",
        b"partitions:20260922",
    }
