"""How many connections a public port keeps, on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from prometheus_client import CollectorRegistry

from shared.crowd import SPARE_FILES, Crowd
from shared.http import NO_STORE, TEXT, Request, Response, Routes
from shared.process_metrics import ServerMetrics
from shared.service import bind, http_server
from tests.waiting import wait_until

MOST = 5
ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _hello(request: Request) -> Response:
    return Response(200, b"hello", (TEXT, NO_STORE))


class Port:
    """A server that keeps five connections, and clients of it."""

    def __init__(self, port: int, registry: CollectorRegistry, stack: AsyncExitStack) -> None:
        self._port = port
        self._registry = registry
        self._stack = stack

    async def connect(self) -> Ends:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._stack.callback(writer.close)
        return reader, writer

    def metric(self, name: str) -> float | None:
        return self._registry.get_sample_value(name)

    async def has(self, connections: int) -> None:
        await wait_until(
            lambda: self.metric("groundswell_connections") == connections, f"{connections} connections"
        )


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    registry = CollectorRegistry()
    listening = bind("127.0.0.1", 0)
    crowd = Crowd(MOST, 10_000, ServerMetrics(registry))
    server = http_server(Routes({"/": {"GET": _hello}}), crowd)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with AsyncExitStack() as stack:
        yield Port(listening.getsockname()[1], registry, stack)
        server.should_exit = True
    await serving


async def ask(ends: Ends) -> bytes:
    ends[1].write(ASK)
    return await ends[0].readuntil(b"hello")


async def test_silent_connections_count_and_the_next_is_told_to_come_back_later(port: Port):
    for _ in range(MOST):
        await port.connect()
    await port.has(MOST)
    reader, writer = await port.connect()
    writer.write(ASK)

    answer = await reader.read()

    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 503 Service Unavailable"
    assert {"x-groundswell-reason: too-many-connections", "retry-after: 5", "connection: close"} <= {*lines}
    assert f"content-length: {len(body)}" in lines
    assert b'"urn:groundswell:problem:too-many-connections"' in body
    assert port.metric("groundswell_connections_refused_total") == 1
    assert port.metric("groundswell_connections") == MOST


async def test_whoever_is_connected_is_still_answered_and_who_leaves_makes_room(port: Port):
    kept = [await port.connect() for _ in range(MOST)]
    await port.has(MOST)
    turned_away, _ = await port.connect()
    assert (await turned_away.read()).startswith(b"HTTP/1.1 503")
    assert (await ask(kept[0])).startswith(b"HTTP/1.1 200")

    kept[1][1].close()
    await port.has(MOST - 1)

    assert (await ask(await port.connect())).startswith(b"HTTP/1.1 200")


async def test_who_is_turned_away_and_does_not_leave_is_cut_off(port: Port):
    for _ in range(MOST):
        await port.connect()
    await port.has(MOST)
    reader, writer = await port.connect()
    writer.write(ASK * 100)
    await reader.read()

    async def cut_off() -> bool:
        writer.write(b"x")
        try:
            await writer.drain()
        except ConnectionError:
            return True
        return False

    await wait_until(cut_off, "the connection is gone")


@pytest.mark.parametrize(("files", "kept"), [(1_024, 1_024 - SPARE_FILES), (65_536, 10_000), (100, 1)])
def test_no_more_are_kept_than_there_are_descriptors_for(files: int, kept: int):
    registry = CollectorRegistry()

    assert Crowd(10_000, files, ServerMetrics(registry)).most == kept
    assert registry.get_sample_value("groundswell_connections_limit") == kept
