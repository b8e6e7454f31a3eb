"""A TCP proxy that fails as networks do, between a client and a server on this machine.

    async with Proxy.to("127.0.0.1", 6379) as proxy:
        client = connect(proxy.redis_url, ...)
        proxy.mode = Mode.BLACK_HOLE

Every mode may be set at any time, and also rules what connections that are
open go through from then on.
"""

import asyncio
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from shared.tasks import end

_CHUNK = 65_536


class Mode(Enum):
    """What becomes of the bytes."""

    PASS = auto()
    """They go through."""
    DELAY = auto()
    """They go through `delay` seconds later, in each direction."""
    BLACK_HOLE = auto()
    """Nothing comes through, no connection is refused, and what was sent arrives when the mode ends."""
    CUT_REPLIES = auto()
    """Requests go through; of the replies a share is cut off with its connection, read by nobody."""
    REFUSE = auto()
    """Connections are closed, new ones at once."""


class Proxy:
    """One port that leads to a server."""

    def __init__(self, host: str, port: int, seed: int = 1) -> None:
        self.share = 1.0
        """Of the replies, which part CUT_REPLIES cuts."""
        self.delay = 0.2
        self.cut = 0
        """How many replies were cut."""
        self.port = 0
        self._target = (host, port)
        self._chance = random.Random(seed)
        self._open = asyncio.Event()
        self._open.set()
        self._mode = Mode.PASS
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[StreamWriter] = set()

    @classmethod
    @asynccontextmanager
    async def to(cls, host: str, port: int, seed: int = 1) -> AsyncIterator["Proxy"]:
        """Run a proxy to a server; `seed` decides which replies are cut."""
        proxy = cls(host, port, seed)
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        try:
            yield proxy
        finally:
            server.close()
            proxy._hang_up()
            await end(proxy._tasks)

    @property
    def redis_url(self) -> str:
        """The address of a Redis behind it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def mode(self) -> Mode:
        """What becomes of the bytes now."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._mode = mode
        if mode is Mode.BLACK_HOLE:
            self._open.clear()
        else:
            self._open.set()
        if mode is Mode.REFUSE:
            self._hang_up()

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._open.wait()
            if self._mode is Mode.REFUSE:
                return
            with suppress(OSError):
                there, back = await asyncio.open_connection(*self._target)
                self._writers.add(back)
                try:
                    await self._join((reader, back), (there, writer))
                finally:
                    self._drop(back)
        finally:
            self._drop(writer)

    async def _join(
        self, requests: tuple[StreamReader, StreamWriter], replies: tuple[StreamReader, StreamWriter]
    ) -> None:
        ways = [
            asyncio.create_task(self._forward(*requests, replies=False)),
            asyncio.create_task(self._forward(*replies, replies=True)),
        ]
        try:
            # A client that hung up has still sent what it sent: that arrives before the end does.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(ways)

    async def _forward(self, reader: StreamReader, writer: StreamWriter, *, replies: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if self._mode is Mode.DELAY:
                    await asyncio.sleep(self.delay)
                await self._open.wait()
                if replies and self._mode is Mode.CUT_REPLIES and self._chance.random() < self.share:
                    self.cut += 1
                    return
                writer.write(chunk)
                await writer.drain()

    def _drop(self, writer: StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
