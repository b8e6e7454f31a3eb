"""A query service that shares its origin with a collector behind a router that knows whole paths alone."""

from prometheus_client import CollectorRegistry

from services.query import build
from shared.connection import Client
from shared.released import Released
from shared.script import Script
from shared.settings import Settings
from tests.listening import served
from tests.scripts import BEACON, browser_at, hashed_name


async def test_it_knows_the_beacon_that_a_page_pinned_and_not_the_moving_one(redis: Client, redis_url: str):
    beacon = Script("beacon.v1", b"/* what the collector serves */")
    await Released(redis, [beacon]).publish()
    service = build(Settings(site=("news.example",), redis_url=redis_url), CollectorRegistry(), ())
    await service.start()
    try:
        async with served(service.app) as server, browser_at(server.port) as client:
            pinned = await client.get(beacon.hashed)
            moving = await client.get(BEACON)
            unknown = await client.get(hashed_name(BEACON, b"never released"))
    finally:
        await service.stop()

    assert (pinned.status_code, pinned.content) == (200, beacon.body)
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (moving.status_code, unknown.status_code) == (404, 404)
