"""An answer that is sent part by part, for as long as the client takes it.

It ends when the client hangs up, when the client has not taken a part in
time, or when the server is to stop. Nothing is queued: `Line.send` returns
once a part has left this process, and only then need the next be chosen.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.http import NOSNIFF, Header, Receive, Request, Send
from shared.peer import peer_of
from shared.tasks import end

_CLOSE: Header = (b"connection", b"close")
_END = {"type": "http.response.body", "body": b"", "more_body": False}
_NOTHING = {"type": "http.response.body", "body": b"", "more_body": True}


class Slow(Exception):
    """The client has not taken a part in time."""


class Line:
    """The way to one client."""

    def __init__(self, send: Send, patience: float) -> None:
        """`patience` is how many seconds the client has to take a part."""
        self._send = send
        self._patience = patience
        self.busy = False
        """Whether a part is on its way; a line left busy has no whole parts any more."""

    async def send(self, part: bytes) -> None:
        """Send a part, and wait until the client's socket has room for it. Raises Slow when it has none."""
        self.busy = True
        try:
            async with asyncio.timeout(self._patience):
                await self._send({"type": "http.response.body", "body": part, "more_body": True})
                # A send waits for what was sent before it, not for its own.
                await self._send(_NOTHING)
        except TimeoutError:
            raise Slow from None
        self.busy = False
        # Neither a socket with room nor one that is gone waits, and who would notice needs a turn.
        await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer without an end."""

    status: int
    headers: tuple[Header, ...]
    play: Callable[[Line], Awaitable[None]]
    """Sends the parts; cancelled when nobody is there to take them. May raise Slow."""
    closed: Callable[[], None]
    """Called once, when it is over."""
    patience: float = 10.0
    """Seconds the client has to take a part."""

    async def run(self, request: Request, send: Send, headers: tuple[Header, ...]) -> None:
        """Send it with these headers beside its own; return when it is over."""
        try:
            told = [*self.headers, *headers, NOSNIFF, _CLOSE]
            await send({"type": "http.response.start", "status": self.status, "headers": told})
            if request.scope["method"] == "HEAD":
                await send(_END)
            else:
                await self._run(request, send)
        finally:
            self.closed()

    async def _run(self, request: Request, send: Send) -> None:
        peer = peer_of(request.scope)
        line = Line(send, self.patience)
        leaving = asyncio.create_task(_left(request.receive), name="leaving")
        playing = asyncio.create_task(self._play(line), name="stream")
        try:
            if peer is not None:
                peer.narrow()
                peer.when_stopping = leaving.cancel
            if peer is None or not peer.stopping:
                await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end([playing, leaving])
        if not line.busy:
            await send(_END)
            # What is sent leaves this process at the end of this turn of the loop.
            await asyncio.sleep(0)
            if peer is not None:
                peer.cut_unless_sent()
        elif peer is not None:
            peer.cut()
            # Else uvicorn takes what was left unsaid for a mistake.
            await _left(request.receive)

    async def _play(self, line: Line) -> None:
        try:
            await self.play(line)
        except Slow:
            return


async def _left(receive: Receive) -> None:
    """Return when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
