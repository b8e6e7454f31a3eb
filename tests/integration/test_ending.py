"""How a public port ends: nobody who has something to say is cut off, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from shared.http import NO_STORE, TEXT, Request, Response, Routes
from shared.service import IDLE, bind, http_server
from tests.waiting import wait_until

ASK = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class Port:
    """A server whose socket outlives it, and clients of it."""

    def __init__(self, listening: socket.socket, *, patient: bool, idle: int = IDLE) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.listening = listening
        self.server: uvicorn.Server = http_server(Routes({"/": {"GET": self._hello}}), patient=patient)
        self.server.config.timeout_keep_alive = idle
        self.serving = asyncio.create_task(self.server.serve(sockets=[listening.dup()]))

    async def _hello(self, request: Request) -> Response:
        self.asked.set()
        await self.may_answer.wait()
        return Response(200, b"hello", (TEXT, NO_STORE))

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.listening.getsockname())

    async def has(self, connections: int) -> None:
        await wait_until(
            lambda: len(self.server.server_state.connections) == connections, f"{connections} connections"
        )

    async def begin_to_end(self) -> None:
        """Tell it to end, and return once it accepts nobody more."""
        self.server.should_exit = True
        await wait_until(lambda: not self.server.servers[0].is_serving(), "nobody more is accepted")


@asynccontextmanager
async def port(*, patient: bool = True, idle: int = IDLE) -> AsyncIterator[Port]:
    with bind("127.0.0.1", 0) as listening:
        found = Port(listening, patient=patient, idle=idle)
        await wait_until(lambda: found.server.started, "the server is started")
        try:
            yield found
        finally:
            found.server.should_exit = True
            await found.serving


async def answer(reader: asyncio.StreamReader) -> str:
    return (await reader.readuntil(b"hello")).decode()


async def test_who_kept_a_connection_is_answered_once_more_and_told_that_it_was_the_last_time():
    async with port() as found:
        reader, writer = await found.connect()
        writer.write(ASK)
        assert "connection: close" not in await answer(reader)
        await found.begin_to_end()

        writer.write(ASK)

        assert "connection: close" in await answer(reader)
        assert await reader.read() == b""
        writer.close()


async def test_who_had_just_come_in_and_said_nothing_yet_is_answered():
    async with port() as found:
        reader, writer = await found.connect()
        await found.has(1)
        await found.begin_to_end()

        writer.write(ASK)

        assert "connection: close" in await answer(reader)
        writer.close()


async def test_an_answer_under_way_is_finished_and_says_that_it_is_the_last():
    async with port() as found:
        found.may_answer.clear()
        reader, writer = await found.connect()
        writer.write(ASK)
        await found.asked.wait()
        await found.begin_to_end()

        found.may_answer.set()

        assert "connection: close" in await answer(reader)
        writer.close()


async def test_who_comes_later_waits_in_the_queue_for_the_next_server():
    async with port() as first:
        await first.begin_to_end()
        reader, writer = await first.connect()
        writer.write(ASK)
        await first.serving
        second = Port(first.listening, patient=True)

        assert "connection: close" not in await answer(reader)

        writer.close()
        await second.begin_to_end()
        await second.serving
    assert not first.asked.is_set()


async def test_who_has_nothing_to_say_is_not_waited_for_longer_than_ever():
    async with port(idle=1) as found:
        reader, writer = await found.connect()
        silent, other = await found.connect()
        writer.write(ASK)
        await answer(reader)
        await found.has(2)
        await found.begin_to_end()

        assert await reader.read() == b""
        assert await silent.read() == b""
        await found.serving
        writer.close()
        other.close()


async def test_a_port_that_nobody_takes_over_ends_without_waiting():
    async with port(patient=False) as found:
        reader, writer = await found.connect()
        writer.write(ASK)
        await answer(reader)
        await found.begin_to_end()

        assert await reader.read() == b""
        writer.close()
