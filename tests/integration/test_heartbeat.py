"""A synthetic view goes the way of a reader's, and only this installation can send it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services import counter, heartbeat
from services.cli import web
from services.collector.bots import is_bot
from services.heartbeat import heart
from services.heartbeat.heart import Heart, Missed
from shared import heartbeat as contract
from shared import keys
from shared.connection import Client
from shared.service import Service, bind, http_server
from shared.settings import Settings
from tests.collectors import SITE, collector_at, on_the_stream, post
from tests.serving import run
from tests.waiting import wait_until


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    await service.start()
    try:
        yield
    finally:
        await service.stop()


@asynccontextmanager
async def open_to_readers(redis_url: str, registry: CollectorRegistry) -> AsyncIterator[str]:
    """Collector and query behind one real port."""
    service = web.build(Settings(site=(SITE,), redis_url=redis_url, spool=False), registry)  # type: ignore[arg-type]
    assert service.app is not None
    listening = bind("127.0.0.1", 0)
    server = http_server(service.app)
    async with running(service):

        async def ready() -> bool:
            return not await service.unready()

        await wait_until(ready, "the web service is ready")
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


def told(registry: CollectorRegistry, name: str, **labels: str) -> float:
    found = registry.get_sample_value(f"groundswell_{name}", labels)
    assert found is not None, name
    return found


def beating(redis_url: str, url: str, registry: CollectorRegistry, interval: int = 1) -> Service:
    settings = Settings(redis_url=redis_url, heartbeat_url=url, heartbeat_interval=interval)
    return heartbeat.Heartbeat(settings, registry, first=0)


async def test_a_heartbeat_is_posted_counted_and_seen(redis: Client, redis_url: str):
    registry = CollectorRegistry()
    counting = counter.build(Settings(site=(SITE,), redis_url=redis_url), CollectorRegistry())  # type: ignore[arg-type]
    async with (
        running(counting),
        open_to_readers(redis_url, registry) as url,
        running(beating(redis_url, url, registry)),
    ):
        await wait_until(lambda: told(registry, "heartbeat_timestamp_seconds") > 0, "one came through")

    assert told(registry, "heartbeat_seconds") > 0
    assert told(registry, "heartbeat_failures_total") == 0
    assert told(registry, "views_accepted_total") == int(await redis.hget(keys.total(0), "counted"))
    assert told(registry, "site_views_accepted_total", site=SITE) == 0
    known = [name.decode() for name in await redis.keys(f"*{contract.SITE}*")]
    assert {name.split(":")[1] for name in known} == {"count", "board", "hour", "day", "budget"}


async def test_without_a_counter_a_heartbeat_is_missed(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heart, "SEEN_WITHIN", 0.3)
    registry = CollectorRegistry()
    async with open_to_readers(redis_url, registry) as url:
        service = beating(redis_url, url, registry)
        async with running(service):
            await wait_until(lambda: told(registry, "heartbeat_failures_total") > 0, "one is missed")
            assert service.notes() == [  # type: ignore[attr-defined]
                "the last heartbeat was missed: it was taken, and not counted within 0 s"
            ]

    assert told(registry, "heartbeat_timestamp_seconds") == 0


async def test_where_nobody_listens_a_heartbeat_is_missed_and_says_where():
    nobody = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    nobody.close()

    with pytest.raises(Missed, match=r"GET http://127\.0\.0\.1:\d+/v1/counts was not answered"):
        await Heart(url).beat("secret")


async def test_where_none_is_to_be_sent_its_moment_is_none(redis: Client, redis_url: str):
    registry = CollectorRegistry()
    async with running(beating(redis_url, "http://127.0.0.1:1", registry, interval=0)):
        assert isnan(told(registry, "heartbeat_timestamp_seconds"))


OUTSIDERS: dict[str, dict[str, Any]] = {
    "no token": {},
    "a guessed token": {"token": contract.token("guessed")},
    "a token for another article": {"article": "another", "token": "TOKEN"},
    "no article": {"article": None, "url": "https://heartbeat.invalid/beat", "token": "TOKEN"},
}


@pytest.mark.parametrize("how", OUTSIDERS)
async def test_an_outsider_is_answered_as_for_any_site_that_nobody_has(
    redis: Client, redis_url: str, how: str
):
    right = contract.token(await contract.secret(redis))
    given = {"site": contract.SITE, "article": contract.ARTICLE, **OUTSIDERS[how]}
    given = {name: right if value == "TOKEN" else value for name, value in given.items() if value}
    ours = {"site": contract.SITE, "article": contract.ARTICLE, "token": right}
    origin = f"https://{contract.SITE}"
    async with collector_at(redis_url) as collector:
        with pytest.raises(KeyError, match="x-groundswell-outcome"):
            await post(collector, given, origin=origin)
        assert await on_the_stream(redis) == []

        assert await post(collector, ours, origin=origin) == "accepted"

    [view] = await on_the_stream(redis)
    assert (view.site, view.article, view.visitor, view.event) == (
        contract.SITE,
        contract.ARTICLE,
        None,
        None,
    )
    assert await redis.keys("gs:arrivals:*") == []


async def test_every_process_knows_the_same_secret(redis: Client):
    first, second = await asyncio.gather(contract.secret(redis), contract.secret(redis))

    assert first == second
    assert len(first) >= 32


def test_a_heartbeat_comes_from_no_bot():
    assert not is_bot(heart.BROWSER["user-agent"])


def test_alone_it_has_to_be_told_where_readers_are(tmp_path: Path):
    ran = run("heartbeat", cwd=tmp_path)

    assert ran.returncode == 2
    assert ran.stderr.startswith("groundswell: heartbeat_url: give --heartbeat-url")
