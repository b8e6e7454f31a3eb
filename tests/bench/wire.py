"""One keep-alive connection of HTTP/1.1, as cheap as Python can make it.

Whatever the client costs is missing from the server's core when both share
two of them, so it parses no more than it needs: where an answer ends.
"""

import asyncio
from collections.abc import Callable
from typing import Any

_LENGTH = b"content-length: "


class Connection(asyncio.Protocol):
    """A connection with at most one request under way."""

    def __init__(
        self, answered: Callable[["Connection", bytes], None], lost: Callable[["Connection"], None]
    ) -> None:
        """`answered` gets each whole answer, `lost` is called when the other end hangs up."""
        self._answered = answered
        self._lost = lost
        self._begun = b""
        self._transport: Any = None
        self.closed = False

    def connection_made(self, transport: Any) -> None:
        """Keep what requests are written to."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so, unless it was closed here."""
        if not self.closed:
            self._lost(self)

    def data_received(self, data: bytes) -> None:
        """Pass an answer on as soon as it is whole."""
        if self._begun:
            data = self._begun + data
        head = data.find(b"\r\n\r\n")
        at = data.find(_LENGTH, 0, head)
        length = 0 if at < 0 else int(data[at + len(_LENGTH) : data.index(b"\r", at)])
        if head < 0 or len(data) < head + 4 + length:
            self._begun = data
            return
        self._begun = b""
        self._answered(self, data)

    def send(self, request: bytes) -> None:
        """Send a whole request."""
        self._transport.write(request)

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        self._transport.close()


def status_of(answer: bytes) -> int:
    """Return the status of a whole answer."""
    return int(answer[9:12])


def body_of(answer: bytes) -> bytes:
    """Return the body of a whole answer."""
    return answer[answer.index(b"\r\n\r\n") + 4 :]


class Caller:
    """Asks one question after the other on a connection of its own."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._waiting: asyncio.Future[bytes] | None = None

    async def ask(self, host: str, port: int, request: bytes) -> bytes:
        """Return the whole answer. Raises ConnectionError when the other end hangs up."""
        loop = asyncio.get_running_loop()
        if self._connection is None:
            _, self._connection = await loop.create_connection(
                lambda: Connection(self._answered, self._lost), host, port
            )
        self._waiting = loop.create_future()
        self._connection.send(request)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    def _answered(self, connection: Connection, answer: bytes) -> None:
        if self._waiting is not None:
            self._waiting.set_result(answer)

    def _lost(self, connection: Connection) -> None:
        self._connection = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the other end hung up"))
