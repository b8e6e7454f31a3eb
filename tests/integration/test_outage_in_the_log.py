"""A Redis that is away fills no log: each loop says so once, and once when it is back."""

import importlib
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from shared.service import Service
from shared.settings import Settings
from tests import desks
from tests.collectors import SITE, client_of
from tests.own_redis import OwnRedis
from tests.waiting import wait_until

SERVICES = ("collector", "counter", "ranker", "query", "desk")

EACH = {
    "the catalogue is not followed": 4,
    "Redis takes no views of partition 0": 1,
    "the backlog is not known": 1,
    "the streams are not looked after": 1,
    "nothing can be read from the streams": 1,
    "nothing can be reclaimed on partition 0": 1,
    "ranking fails": 1,
    "overrides are not swept": 1,
}
"""What has to be said, and how many services may say it."""


@asynccontextmanager
async def running(name: str, settings: Settings, registry: CollectorRegistry) -> AsyncIterator[Service]:
    service: Service = importlib.import_module(f"services.{name}").build(settings, registry)
    await service.start()
    try:
        await wait_until(lambda: ready(service), f"{name} is ready")
        yield service
    finally:
        await service.stop()


async def ready(service: Service) -> bool:
    return not await service.unready()


async def test_each_loop_says_once_that_redis_is_away_and_once_that_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    redis = OwnRedis(tmp_path)
    await redis.start()
    settings = Settings(
        redis_url=redis.url,
        site=(SITE,),  # type: ignore[arg-type]
        data_dir=tmp_path,
        desk_key=desks.KEY,
        reclaim_after=1.0,
    )
    registries = {name: CollectorRegistry() for name in SERVICES}
    try:
        async with AsyncExitStack() as stack:
            found = {
                name: await stack.enter_async_context(running(name, settings, registries[name]))
                for name in SERVICES
            }
            caplog.set_level(logging.WARNING)
            caplog.clear()
            redis.kill()

            reader = await stack.enter_async_context(client_of(found["collector"]))  # type: ignore[arg-type]

            async def all_fail_again_and_again() -> bool:
                await reader.post("/v1/views", json={"site": SITE, "article": "/a"})
                ranker, collector = registries["ranker"], registries["collector"]
                failed = [
                    ranker.get_sample_value("groundswell_rank_failures_total"),
                    collector.get_sample_value("groundswell_flush_failures_total"),
                ]
                return all(times is not None and times >= 2 for times in failed)

            await wait_until(all_fail_again_and_again, "every loop has failed again")
            away = [text for text in caplog.messages if not text.startswith("over after")]
            await redis.start()
            for name, service in found.items():
                await wait_until(lambda service=service: ready(service), f"{name} is ready again")
            await wait_until(lambda: all_over(caplog.messages), "every loop has said that it is over")
    finally:
        await redis.stop()

    said = Counter(text.partition(":")[0] for text in away)
    assert {*EACH} <= {*said}, away
    assert all(times <= EACH.get(what, 1) for what, times in said.items()), away


async def all_over(messages: list[str]) -> bool:
    """Return whether all that had to be said was said to be over, as often."""
    over = Counter(text.partition(": ")[2] for text in messages if text.startswith("over after"))
    begun = Counter(text.partition(":")[0] for text in messages if not text.startswith("over after"))
    return all(over[what] == begun[what] for what in EACH)
