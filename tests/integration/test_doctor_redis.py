"""What `groundswell doctor` finds in a Redis that is set up well, and in one that is not."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from services.cli.doctor.clocks import clocks
from services.cli.doctor.durability import append_only_file, last_writes
from services.cli.doctor.finding import Level
from services.cli.doctor.memory import eviction, memory
from services.cli.doctor.server import latency, role, version
from shared.connection import connect
from tests.conftest import free_port
from tests.doctors import in_redis
from tests.own_redis import ClockOf, OwnRedis
from tests.programs import need
from tests.proxy import Mode, Proxy
from tests.redis_servers import redis_server
from tests.waiting import wait_until


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    """A Valkey that is set up well."""
    own = OwnRedis(tmp_path / "valkey", maxmemory="512mb")
    await own.start()
    yield own
    await own.stop()


@pytest.mark.parametrize("look", [latency, version, role, append_only_file, last_writes, eviction, memory])
async def test_a_server_that_is_set_up_well_is_well(server: OwnRedis, look: Any):
    [found] = await in_redis(look, server.client)

    assert found.level == Level.OK


async def test_the_oldest_redis_that_is_promised_is_well(tmp_path: Path):
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    async with redis_server(need("redis-server"), tmp_path, url, port=port):
        redis = connect(url, deadline=5, name="test")
        [found] = await in_redis(version, redis)
        await redis.aclose()

    assert (found.level, found.what[:8]) == (Level.OK, "Redis 7.")


@pytest.mark.parametrize(
    ("look", "option", "value", "level"),
    [
        (eviction, "maxmemory-policy", "allkeys-lru", Level.WRONG),
        (eviction, "maxmemory-policy", "volatile-ttl", Level.WRONG),
        (append_only_file, "appendonly", "no", Level.WRONG),
        (append_only_file, "appendfsync", "no", Level.WARNING),
        (append_only_file, "appendfsync", "always", Level.OK),
        (memory, "maxmemory", "0", Level.WARNING),
        (memory, "maxmemory", "1mb", Level.WRONG),
    ],
)
async def test_a_wrong_setting_of_redis_is_found(
    server: OwnRedis, look: Any, option: str, value: str, level: Level
):
    await server.client.config_set(option, value)

    [found] = await in_redis(look, server.client)

    assert found.level == level


async def test_memory_that_is_almost_used_up_is_a_warning(server: OwnRedis):
    used = (await server.client.info("memory"))["used_memory"]
    await server.client.config_set("maxmemory", int(used / 0.85))

    [found] = await in_redis(memory, server.client)

    assert found.level == Level.WARNING


async def test_a_replica_is_the_wrong_server(server: OwnRedis):
    await server.client.replicaof("127.0.0.1", free_port())

    [found] = await in_redis(role, server.client)

    assert found.level == Level.WRONG


async def test_an_append_only_file_that_cannot_be_written_anew_is_wrong(server: OwnRedis):
    (server.directory / "appendonlydir").rename(server.directory / "moved")
    (server.directory / "appendonlydir").touch()
    with suppress(ResponseError):
        await server.client.bgrewriteaof()

    async def failed() -> bool:
        [found] = await in_redis(last_writes, server.client)
        return found.level == Level.WRONG and "rewritten" in found.what

    await wait_until(failed, "the failure is found")


async def test_a_redis_that_is_far_away_is_a_warning(server: OwnRedis):
    async with Proxy.to("127.0.0.1", server.port) as proxy:
        proxy.mode = Mode.DELAY
        proxy.delay = 0.02
        redis = connect(proxy.redis_url, deadline=5, name="test")
        [found] = await in_redis(latency, redis)
        await redis.aclose()

    assert found.level == Level.WARNING


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (-3, Level.WARNING), (30, Level.WRONG), (-30, Level.WRONG)]
)
async def test_clocks_that_do_not_agree_are_found(tmp_path: Path, seconds: int, level: Level):
    clock = ClockOf(tmp_path)
    server = OwnRedis(tmp_path, clock.environment, appendonly="no")
    await server.start()
    clock.off_by(seconds)

    [found] = await in_redis(clocks, server.client)
    await server.stop()

    assert found.level == level
    assert (" behind " in found.what) == (seconds > 0)
