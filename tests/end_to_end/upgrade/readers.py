"""Readers as strict as can be: what is not answered at once has failed.

Each keeps its connection as long as the server lets it, and looks at it only
when it has something to say, as a proxy or a browser under load does.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from tests.entries import SITE
from tests.serving import BROWSER
from tests.waiting import wait_until

ARTICLES = 20
LOYAL = "/loyal"
"""What one reader reads again and again."""

_PATIENCE = 60
_HEAD = "Host: stats.example\r\nUser-Agent: {}\r\nOrigin: https://{}\r\n".format(BROWSER["user-agent"], SITE)


class Unanswered(Exception):
    """The connection ended before a byte of the answer."""


class Connection:
    """A connection that is opened when it is needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: str) -> int:
        """Return the status of the answer. Raises Unanswered, and OSError."""
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._ends
        try:
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.close()
            partial = getattr(error, "partial", b"")
            raise Unanswered(f"{type(error).__name__} after {len(partial)} bytes") from error
        told = dict(line.split(": ", 1) for line in head[1:] if line)
        await reader.readexactly(int(told["content-length"]))
        if told.get("connection") == "close":
            self.close()
        return int(head[0].split()[1])

    def close(self) -> None:
        """Hang up."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


class Readers:
    """A dozen connections, and what became of all that was said on them."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count()
        self._stop = asyncio.Event()
        self.may_repeat = False
        """Whether a beacon without an answer is sent again; its event id says that it is the same one."""
        self.haste = 1
        """How many times as quickly as usual they read."""
        self.taken = 0
        """Beacons that were taken, each of another visitor."""
        self.loyal = 0
        """Beacons of the one visitor who reads the same again and again."""
        self.repeated = 0
        self.failures: list[str] = []

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Read meanwhile: some in quick order, some now and then, some on a new connection each time."""
        flows = [
            *[self._flow(0.1, keep=True) for _ in range(4)],
            *[self._flow(0.7, keep=True) for _ in range(4)],
            *[self._flow(0.2, keep=False) for _ in range(3)],
            self._flow(0.2, keep=False, loyal=True),
            self._flow(0.2, keep=True, asks=True),
        ]
        running = [asyncio.create_task(flow) for flow in flows]
        try:
            yield
        finally:
            self._stop.set()
            await asyncio.gather(*running)

    async def some(self, more: int = 60) -> None:
        """Return once so many more beacons were taken, in haste."""
        self.haste = 20
        goal = self.taken + more
        await wait_until(lambda: self.taken >= goal or self.failures, "readers read", 60)

    def rest(self) -> None:
        """Be in no haste any more, so that a process can start."""
        self.haste = 1

    async def _flow(self, pause: float, *, keep: bool, loyal: bool = False, asks: bool = False) -> None:
        connection = Connection(self._port)
        while not self._stop.is_set():
            if await self._answered(connection, self._question() if asks else self._beacon(loyal), asks):
                self.loyal += loyal
                self.taken += not (loyal or asks)
            if not keep:
                connection.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause / self.haste)
        connection.close()

    async def _answered(self, connection: Connection, request: str, asks: bool) -> bool:
        while True:
            try:
                async with asyncio.timeout(_PATIENCE):
                    status = await connection.ask(request)
            except Unanswered as error:
                if not self.may_repeat:
                    self.failures.append(str(error))
                    return False
                self.repeated += 1
            except (OSError, TimeoutError) as error:
                self.failures.append(repr(error))
                return False
            else:
                if status != (200 if asks else 202):
                    self.failures.append(f"{status} to {request.split(' ', 2)[1]}")
                    return False
                return True

    def _question(self) -> str:
        return f"GET /v1/counts?site={SITE}&ids=/story-1 HTTP/1.1\r\n{_HEAD}\r\n"

    def _beacon(self, loyal: bool) -> str:
        n = next(self._numbers)
        article, visitor = (LOYAL, "198.51.100.7") if loyal else (f"/story-{n % ARTICLES}", _address(n))
        body = json.dumps({"site": SITE, "article": article, "event_id": f"event-{n}"})
        return (
            f"POST /v1/views HTTP/1.1\r\n{_HEAD}Content-Type: text/plain\r\nX-Forwarded-For: {visitor}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )


def _address(n: int) -> str:
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
