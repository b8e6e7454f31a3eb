"""What a watch tells whom, and when it is silent."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.query.ranked.watch import Watch
from shared.answer import Answer
from tests.waiting import wait_until


class Looking:
    """Gives an answer again and again, or fails; counts how often it was asked."""

    def __init__(self) -> None:
        self.body = b"one"
        self.failure: Exception | None = None
        self.looks = 0

    async def look(self) -> Answer:
        self.looks += 1
        if self.failure is not None:
            raise self.failure
        return Answer.of(self.body, ())

    async def looked(self, times: int) -> None:
        """Wait for that many more looks."""
        enough = self.looks + times
        await wait_until(lambda: self.looks >= enough, f"{times} more looks")


@asynccontextmanager
async def watch(look: Callable[[], Awaitable[Answer]]) -> AsyncIterator[tuple[Watch, asyncio.Event]]:
    """A watch without beats that looks as often as it can, and one listener."""
    watching, listener = Watch(look, lambda: 0.001, heartbeat=300), asyncio.Event()
    watching.listeners[listener] = None
    yield watching, listener
    watching.listeners.clear()
    await watching.task


async def test_a_listener_is_woken_by_a_change_and_by_nothing_else() -> None:
    looking = Looking()
    async with watch(looking.look) as (watching, listener):
        await listener.wait()
        first = watching.frame
        listener.clear()
        await looking.looked(5)

        assert not listener.is_set()
        looking.body = b"two"
        await listener.wait()

        assert first.endswith(b"data: one\n\n")
        assert watching.frame.endswith(b"data: two\n\n")


async def test_a_look_that_fails_leaves_what_was_told_before(caplog: pytest.LogCaptureFixture) -> None:
    looking = Looking()
    async with watch(looking.look) as (watching, listener):
        await listener.wait()
        listener.clear()
        for failure in (ConnectionError(), ZeroDivisionError()):
            looking.failure = failure
            with caplog.at_level(logging.ERROR):
                await looking.looked(3)
        looking.failure, looking.body = None, b"two"
        await listener.wait()

        assert watching.frame.endswith(b"data: two\n\n")
    assert {
        str(record.exc_info and record.exc_info[0])
        for record in caplog.records
        if record.levelno >= logging.ERROR
    } == {"<class 'ZeroDivisionError'>"}, "a Redis that is away is no mistake"


async def test_a_watch_ends_with_its_last_listener() -> None:
    looking = Looking()
    async with watch(looking.look) as (watching, listener):
        await listener.wait()
        watching.listeners.clear()
        await watching.task

        ended_at = looking.looks
    assert looking.looks == ended_at
