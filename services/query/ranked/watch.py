"""One question, looked at again and again for everybody who listens to its answer."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
from time import monotonic

from shared.answer import Answer
from shared.connection import UNAVAILABLE
from shared.outage import Outage

_AT_ONCE = 50
"""Listeners woken before others get a turn of the loop."""

BEAT = b":\n\n"
"""The comment that keeps proxies from taking silence for death."""


class Watch:
    """What the answer is now, and who is told when it changes.

    A frame is made once, whatever the number of listeners. A listener is
    woken and takes what is newest then, so nothing is ever queued for it.
    """

    def __init__(
        self, look: Callable[[], Awaitable[Answer]], pause: Callable[[], float], heartbeat: float
    ) -> None:
        """Begin to look, for as long as anybody listens.

        `pause` gives the seconds until the next look; `heartbeat` are those between two beats.
        """
        self.frame = b""
        self.etag: bytes | None = None
        """Names the data of the frame; None before there is any."""
        self.beats = 0
        self.listeners: dict[asyncio.Event, None] = {}
        """One for each listener, set when there is something to take."""
        self._look = look
        self._pause = pause
        self._heartbeat = heartbeat
        self._outage = Outage("a list cannot be looked at", "listeners keep what they were told last")
        self.task = asyncio.create_task(self._run(), name="watch")

    async def _run(self) -> None:
        due = monotonic() + self._heartbeat
        while self.listeners:
            changed = await self._changed()
            beat = monotonic() >= due
            if beat:
                self.beats += 1
                due = monotonic() + self._heartbeat
            if changed or beat:
                await self._wake()
            await asyncio.sleep(min(self._pause(), max(0.0, due - monotonic())))

    async def _changed(self) -> bool:
        """Look, and return whether there is a new frame."""
        try:
            answer = await self._look()
        except UNAVAILABLE:
            # What was told last stands until something else is known.
            return False
        except Exception as error:  # who listens is not to lose the list for one look that fails
            self._outage.failed(error, unforeseen=True)
            return False
        self._outage.well()
        if answer.etag == self.etag:
            return False
        self.etag = answer.etag
        self.frame = b"event: list\nid: %s\ndata: %s\n\n" % (answer.etag, answer.whole.body)
        return True

    async def _wake(self) -> None:
        # A thousand at once would keep everybody else waiting.
        sleeping = iter(list(self.listeners))
        while some := list(islice(sleeping, _AT_ONCE)):
            for listener in some:
                listener.set()
            await asyncio.sleep(0)
