"""How many connections the public port of a process keeps.

One too many is answered 503 at once, before it has said anything: who sends
its headers slowly, or none at all, costs as much as who asks.
"""

import asyncio
from asyncio import BaseTransport
from contextlib import suppress
from typing import Any

from shared.http import refuse
from shared.peer import Peer
from shared.problem import Kind, Problem
from shared.process_metrics import ServerMetrics

SPARE_FILES = 200
"""Descriptors that are left for what is no connection of a reader: Redis, logs, scripts, a spool."""

_FAREWELL = 1.0
"""Seconds that one turned away has to take its answer."""


class Crowd:
    """How many there may be, and how many there are."""

    def __init__(self, most: int, files: int, metrics: ServerMetrics) -> None:
        """`files` are the descriptors this process may have; each connection is one."""
        self.most = max(1, min(most, files - SPARE_FILES))
        self.metrics = metrics
        metrics.most.set(self.most)


class Counted(Peer):
    """A connection that is one of a crowd."""

    def __init__(self, *given: Any, crowd: Crowd, **named: Any) -> None:
        super().__init__(*given, **named)
        self._crowd = crowd
        self._turned_away: asyncio.TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin, or turn it away."""
        super().connection_made(transport)
        if len(self.connections) > self._crowd.most:
            self._turn_away()
        else:
            self._crowd.metrics.connections.inc()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends. Of one turned away nobody reads it."""
        if self._turned_away is None:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._turned_away is None:
            self._crowd.metrics.connections.dec()
        else:
            self._turned_away.cancel()
        super().connection_lost(exc)

    def _turn_away(self) -> None:
        self._crowd.metrics.turned_away.inc()
        self.connections.discard(self)
        self._turned_away = self.loop.call_later(_FAREWELL, self.transport.abort)
        self.transport.write(_ANSWER)
        with suppress(OSError, NotImplementedError):
            self.transport.write_eof()


def _answer() -> bytes:
    response = refuse(Problem(Kind.TOO_MANY_CONNECTIONS))
    headers = (*response.headers, (b"connection", b"close"), (b"content-length", b"%d" % len(response.body)))
    head = b"".join(b"%s: %s\r\n" % header for header in headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n" + head + b"\r\n" + response.body


_ANSWER = _answer()
