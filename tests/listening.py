"""Listeners of live lists on sockets of their own, and a service on a socket for them to listen to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.http import ASGIApp
from shared.service import bind, http_server

PATH = "/v1/trending/live"
_SECONDS = 30
"""How long a part may take to come, so that a test fails instead of waiting for ever."""


@dataclass(frozen=True)
class Event:
    """One server-sent event: its fields by name; a comment is the field without a name."""

    fields: dict[str, str]

    @property
    def is_comment(self) -> bool:
        """Whether it says nothing."""
        return set(self.fields) == {""}

    @property
    def data(self) -> Any:
        """The JSON it carries."""
        return json.loads(self.fields["data"])

    @property
    def ids(self) -> list[str]:
        """The articles of the list it carries."""
        return [story["id"] for story in self.data["data"]]


@dataclass
class Listener:
    """One connection, read as slowly as one likes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    _text: str = ""

    async def answered(self) -> "Listener":
        """Read the head of the answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.strip().split("\r\n")
        self.status = int(line.split(" ")[1])
        self.headers = dict(field.split(": ", 1) for field in fields)
        return self

    async def part(self) -> bytes:
        """Return the next part as it was sent, empty at the end of the answer."""
        async with asyncio.timeout(_SECONDS):
            size = int(await self.reader.readuntil(b"\r\n"), 16)
            part = await self.reader.readexactly(size + 2)
        return part[:-2]

    async def event(self) -> Event:
        """Return what comes next. Raises EOFError (asyncio.IncompleteReadError among them) at the end."""
        while "\n\n" not in self._text:
            part = await self.part()
            if not part:
                raise EOFError
            self._text += part.decode()
        block, self._text = self._text.split("\n\n", 1)
        pairs = [line.partition(":") for line in block.split("\n")]
        return Event({name: value.removeprefix(" ") for name, _, value in pairs})

    async def frame(self) -> Event:
        """Return the next list."""
        while True:
            event = await self.event()
            if event.fields.get("event") == "list":
                return event

    async def rest(self) -> bytes:
        """Return all that comes until the connection ends, however it ends."""
        parts = []
        try:
            while part := await self.reader.read(65_536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        self.writer.transport.abort()


async def listen(port: int, query: str, *headers: str, path: str = PATH, method: str = "GET") -> Listener:
    """Connect and ask; nothing is read yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = [f"{method} {path}?{query} HTTP/1.1", "host: live.test", *headers, "", ""]
    writer.write("\r\n".join(asked).encode())
    return Listener(reader, writer)


@asynccontextmanager
async def listening(port: int, query: str, *headers: str, path: str = PATH) -> AsyncIterator[Listener]:
    """A listener that was answered and hangs up at the end."""
    listener = await listen(port, query, *headers, path=path)
    try:
        yield await listener.answered()
    finally:
        listener.close()


class Served:
    """An application on a port of this machine, by the server that every process runs."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket = bind("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        self._server = http_server(app)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    @property
    def accepts(self) -> bool:
        """Whether it still takes connections."""
        return any(server.is_serving() for server in self._server.servers)

    async def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        self._server.should_exit = True
        await self._serving


@asynccontextmanager
async def served(app: ASGIApp | None) -> AsyncIterator[Served]:
    """A served application; `stop` may be called before its end."""
    assert app is not None
    server = Served(app)
    try:
        yield server
    finally:
        await server.stop()
