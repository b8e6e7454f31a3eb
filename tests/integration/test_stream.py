"""Answers without an end, over real connections."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from shared.http import Request, Routes
from shared.stream import Line, Slow, Stream
from tests.listening import Listener, listen, listening, served
from tests.waiting import wait_until

Play = Callable[[Line], Awaitable[None]]
BIG = b"x" * 1_000_000


class Answering:
    """One path, what is played on it, and how many connections are over."""

    def __init__(self, play: Play, patience: float = 20) -> None:
        self.over = 0
        self._stream = Stream(200, ((b"content-type", b"text/plain"),), play, self._closed, patience)
        self.app = Routes({"/": {"GET": self._answer}}, ((b"x-every", b"answer"),))

    async def _answer(self, request: Request) -> Stream:
        return self._stream

    def _closed(self) -> None:
        self.over += 1


async def for_ever(line: Line) -> None:
    """Say one thing, and stay."""
    await line.send(b"first")
    await asyncio.Event().wait()


async def connect(port: int, method: str = "GET") -> Listener:
    return await listen(port, "", path="/", method=method)


async def test_each_part_arrives_as_it_is_sent() -> None:
    said = asyncio.Event()

    async def play(line: Line) -> None:
        await line.send(b"one")
        await said.wait()
        await line.send(b"two")

    answering = Answering(play)
    async with served(answering.app) as server, listening(server.port, "", path="/") as listener:
        assert (listener.status, listener.headers["content-type"]) == (200, "text/plain")
        assert listener.headers["x-every"] == "answer"
        assert await listener.part() == b"one"
        said.set()
        assert await listener.part() == b"two"
        assert await listener.part() == b"", "what has played ends the answer"
        assert await listener.rest() == b"", "and the connection"

    assert answering.over == 1


async def test_a_client_that_hangs_up_is_noticed_while_nothing_is_sent() -> None:
    cancelled = asyncio.Event()

    async def play(line: Line) -> None:
        try:
            await for_ever(line)
        finally:
            cancelled.set()

    answering = Answering(play)
    async with served(answering.app) as server:
        async with listening(server.port, "", path="/") as listener:
            assert await listener.part() == b"first"
        await wait_until(lambda: answering.over == 1, "the server knows")

    assert cancelled.is_set()


async def test_a_client_that_hangs_up_is_noticed_while_much_is_sent() -> None:
    played = False

    async def play(line: Line) -> None:
        nonlocal played
        for _ in range(100_000):
            await line.send(b"more")
        played = True

    answering = Answering(play)
    async with served(answering.app) as server:
        async with listening(server.port, "", path="/") as listener:
            assert await listener.part() == b"more"
        await wait_until(lambda: answering.over == 1, "the server knows")

    assert not played


async def test_a_stop_ends_every_answer_as_whole_as_it_is() -> None:
    answering = Answering(for_ever)
    async with served(answering.app) as server:
        listeners = [await (await connect(server.port)).answered() for _ in range(20)]
        for listener in listeners:
            assert await listener.part() == b"first"
        await server.stop()

        # A server that had waited in vain would have cut them off instead.
        assert [await listener.part() for listener in listeners] == [b""] * 20
        assert [await listener.rest() for listener in listeners] == [b""] * 20
    for listener in listeners:
        listener.close()

    assert answering.over == 20


async def test_a_stop_does_not_wait_for_who_takes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stuck = 0

    async def play(line: Line) -> None:
        nonlocal stuck
        stuck += 1
        await line.send(BIG)

    answering = Answering(play, patience=300)
    async with served(answering.app) as server:
        listeners = [await connect(server.port) for _ in range(5)]
        await wait_until(lambda: stuck == 5, "all are being sent to")
        with caplog.at_level(logging.ERROR):
            await server.stop()
        for listener in listeners:
            assert len(await listener.rest()) < len(BIG)
            listener.close()

    assert answering.over == 5
    assert caplog.records == [], "uvicorn tells when it has waited in vain"


async def test_an_answer_that_begins_while_the_server_stops_ends_at_once() -> None:
    asked, stopped = asyncio.Event(), asyncio.Event()
    answering = Answering(for_ever)

    async def late(request: Request) -> Stream:
        asked.set()
        await stopped.wait()
        return await answering._answer(request)

    async with served(Routes({"/": {"GET": late}})) as server:
        listener = await connect(server.port)
        await asked.wait()
        stopping = asyncio.create_task(server.stop())
        await wait_until(lambda: not server.accepts, "the server is on its way out")
        stopped.set()
        await stopping

        assert (await listener.answered()).status == 200
        assert await listener.part() == b""
        listener.close()


async def test_who_takes_nothing_is_cut_off_and_the_others_go_on() -> None:
    slow: list[Line] = []

    async def play(line: Line) -> None:
        try:
            while True:
                await line.send(BIG)
        except Slow:
            slow.append(line)
            raise

    answering = Answering(play, patience=0.5)
    async with served(answering.app) as server, listening(server.port, "", path="/") as quick:
        sleepy = await connect(server.port)

        async def one_is_over() -> bool:
            assert await quick.part() == BIG
            return answering.over == 1

        await wait_until(one_is_over, "the one that reads nothing is dropped")

        assert len(slow) == 1
        assert len(await sleepy.rest()) < len(BIG)
        assert await quick.part() == BIG
        sleepy.close()


async def test_a_head_is_answered_without_a_body() -> None:
    answering = Answering(for_ever)
    async with served(answering.app) as server:
        listener = await (await connect(server.port, "HEAD")).answered()

        assert listener.status == 200
        assert await listener.rest() == b""
        listener.close()

    assert answering.over == 1


async def test_a_mistake_ends_the_answer_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def play(line: Line) -> None:
        await line.send(b"one")
        raise ZeroDivisionError

    answering = Answering(play)
    async with served(answering.app) as server, listening(server.port, "", path="/") as listener:
        assert [await listener.part(), await listener.part()] == [b"one", b""]

    assert answering.over == 1
    assert [record.message for record in caplog.records] == ["stream had failed"]
