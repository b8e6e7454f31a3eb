"""The other end of a connection, as far as an answer without an end must get hold of it.

ASGI lets an application neither give up a client that takes nothing nor
learn that the server is to stop. So the state of every scope leads to our
server's connection.
"""

import socket
import struct
from asyncio import BaseTransport, Transport
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from weakref import ref

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.http import Scope

_STATE = "peer"
_UNSENT = 16 * 1024
"""Bytes the kernel holds that it cannot send yet; more would only be out of date when they are sent."""
_RESET = struct.pack("ii", 1, 0)


class Peer(HttpToolsProtocol):
    """A connection of uvicorn whose answer can be ended from outside."""

    stopping = False
    """Whether the server has been told to stop."""
    when_stopping: Callable[[], object] | None = None
    """Called once the server is told to stop, while an answer without an end is under way."""

    def __init__(self, *given: Any, patient: bool = False, **named: Any) -> None:
        """A `patient` one takes what may be on its way already when the server is told to stop."""
        super().__init__(*given, **named)
        self._patient = patient

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin; done here, since a connection has many requests."""
        super().connection_made(cast(Transport, transport))  # a server's can be written to
        # Weakly: the connection holds its scope, and who left would stay until the garbage is collected.
        self.app_state = {_STATE: ref(self)}

    def shutdown(self) -> None:
        """End: uvicorn waits for the answer under way, so one without an end is told."""
        idle = self.cycle is None or self.cycle.response_complete
        if not (idle and self._patient):
            super().shutdown()
        elif self.timeout_keep_alive_task is None:
            # It has said nothing yet; any other ends by the timer that it has always had.
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        self.stopping = True
        if self.when_stopping is not None:
            self.when_stopping()

    def narrow(self) -> None:
        """Hold as little as can be of what the client has not taken; `send` then waits for the kernel."""
        if self.transport.is_closing():
            return
        self.transport.set_write_buffer_limits(0)
        self._set(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)

    def cut(self) -> None:
        """Close at once; what was not taken is forgotten, also by the kernel."""
        self._set(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def cut_unless_sent(self) -> None:
        """Close at once if anything still waits to be handed to the kernel."""
        if self.transport.get_write_buffer_size():
            self.cut()

    def _set(self, level: int, option: int, value: int | bytes) -> None:
        bound = self.transport.get_extra_info("socket")
        # A connection that has just been lost has none, or a closed one.
        with suppress(OSError, AttributeError):
            bound.setsockopt(level, option, value)


def peer_of(scope: Scope) -> Peer | None:
    """Return the connection of a request, None under a server that is not ours."""
    found: ref[Peer] | None = scope.get("state", {}).get(_STATE)
    return None if found is None else found()
