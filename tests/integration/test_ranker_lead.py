"""Of several rankers one leads, another takes over, and what an old leader still writes is refused."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.ranker.lease import Lease
from shared import keys
from shared.connection import Client
from tests.integration.ranker_site import SITE, generation, put_news, ready, running, shows
from tests.waiting import wait_until

ALONE = """
import asyncio
import sys

from prometheus_client import CollectorRegistry

from services.ranker import build
from tests.integration.ranker_site import settings_for


async def main():
    await build(settings_for(sys.argv[1]), CollectorRegistry()).start()
    await asyncio.Event().wait()


asyncio.run(main())
"""


@contextlib.contextmanager
def another_process(url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", ALONE, url], cwd=Path(__file__).parents[2])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def leads(registry: CollectorRegistry) -> bool:
    return registry.get_sample_value("groundswell_ranker_leader") == 1


async def test_of_two_rankers_one_leads_and_the_other_is_ready(redis, redis_url):
    await put_news(redis)
    one, other = CollectorRegistry(), CollectorRegistry()

    async with running(redis_url, one):
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "the first publishes")
        led = await generation(redis)
        async with running(redis_url, other) as second:
            await wait_until(lambda: ready(second), "the second is ready")
            await redis.zincrby(keys.board(0, SITE, "4h"), 50_000, "b")
            await wait_until(lambda: shows(redis, "trending", "b", "a"), "somebody publishes")

            assert (leads(one), leads(other)) == (True, False)
            assert await generation(redis) == led


async def test_a_ranker_that_is_stopped_hands_over_at_once(redis, redis_url):
    async with running(redis_url) as one:
        await wait_until(lambda: ready(one), "the first leads")
    assert await redis.exists(keys.lease("ranker")) == 0


async def test_a_ranker_that_is_killed_is_replaced(redis, redis_url):
    await put_news(redis)

    with another_process(redis_url) as process:
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "the first publishes")
        before = await generation(redis)
        heir = CollectorRegistry()
        async with running(redis_url, heir):
            process.kill()
            await wait_until(lambda: leads(heir), "the second leads")
            await redis.zincrby(keys.board(0, SITE, "4h"), 50_000, "b")
            await wait_until(lambda: shows(redis, "trending", "b", "a"), "the second publishes")

            assert await generation(redis) > before


async def test_a_ranker_that_wakes_up_after_its_lease_stands_by(redis, redis_url):
    await put_news(redis)

    with another_process(redis_url) as process:
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "the first publishes")
        os.kill(process.pid, signal.SIGSTOP)
        asleep = set(await rankers(redis))
        before = await generation(redis)
        heir = CollectorRegistry()
        async with running(redis_url, heir):
            await wait_until(lambda: newer_than(redis, before), "the second publishes")
            led = await generation(redis)
            awake = set(await rankers(redis)) - asleep
            os.kill(process.pid, signal.SIGCONT)
            await wait_until(lambda: asked_for_the_lease(redis, besides=awake), "the first is awake")
            await redis.zincrby(keys.board(0, SITE, "4h"), 50_000, "b")
            await wait_until(lambda: shows(redis, "trending", "b", "a"), "the second publishes on")

            assert leads(heir)
            assert await generation(redis) == led


async def rankers(redis: Client) -> dict[str, str]:
    """Return the last command of each connection of a ranker, by its id."""
    clients = await redis.client_list()
    return {client["id"]: client["cmd"] for client in clients if client["name"] == "groundswell-ranker"}


async def asked_for_the_lease(redis: Client, besides: Collection[str]) -> bool:
    """Whether a ranker has asked for the lease in vain: whoever gets it goes on to another command."""
    return any(command == "set" for i, command in (await rankers(redis)).items() if i not in besides)


async def test_a_database_set_back_behind_its_lists_does_not_lock_the_leader_out(redis, redis_url):
    """Lists of generation 41 in a database that has only counted to 1."""
    await put_news(redis)
    async with running(redis_url):
        await wait_until(lambda: shows(redis, "trending", "a", "b"), "the list is there")
    value = await redis.get(keys.listing(SITE, "trending"))
    await redis.set(keys.listing(SITE, "trending"), b"%020d" % 41 + value[20:])

    async with running(redis_url):
        await wait_until(lambda: newer_than(redis, 41), "the leader has outgrown the list")


async def newer_than(redis: Client, past: int) -> bool:
    return await generation(redis) > past


async def test_a_lease_is_held_by_one_and_its_generations_grow(redis):
    one, other = Lease(redis, "test"), Lease(redis, "test")

    assert (await one.hold(), await other.hold()) == (True, False)
    assert (await one.hold(), one.generation, other.generation) == (True, 1, None)
    await other.release()
    assert await one.hold()
    await one.release()
    assert (await other.hold(), other.generation) == (True, 2)


async def test_a_lease_that_ran_out_is_taken_and_its_holder_finds_out(redis):
    one, other = Lease(redis, "test"), Lease(redis, "test")
    assert await one.hold()
    await redis.delete(keys.lease("test"))

    assert (await other.hold(), await one.hold()) == (True, False)
    assert one.generation is None
    assert other.generation == 2


async def test_a_lease_runs_out_by_itself(redis):
    one, other = Lease(redis, "test", milliseconds=50), Lease(redis, "test")
    assert await one.hold()

    await wait_until(other.hold, "the other holds it")


@pytest.mark.parametrize("known", [0, 5, 60])
async def test_a_lease_outgrows_what_is_in_its_way(redis, known):
    await redis.hset(keys.META, "generation:test", known)
    lease = Lease(redis, "test")
    assert await lease.hold()

    lease.outgrow(41)

    assert await lease.hold()
    assert lease.generation == max(42, known + 2)
