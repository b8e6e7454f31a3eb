"""How late this process is itself, on a machine that has too much to do."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.repeat import every
from shared.tasks import end

_STEP = 0.02


class Lag:
    """Adds up by how much the loop woke later than it had asked for, while it is `watched`."""

    def __init__(self) -> None:
        self._due = 0.0
        self._sum = 0.0

    @property
    def so_far(self) -> float:
        """Seconds in all; what lies between two readings was not the fault of whoever was waited for."""
        return self._sum + self._late()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the loop meanwhile."""
        self._due = time.monotonic()
        watching = asyncio.create_task(every(_STEP, "nobody looks at the clock", self._look), name="lag")
        try:
            yield
        finally:
            self._sum, self._due = self.so_far, 0.0
            await end([watching])

    async def _look(self) -> None:
        self._sum += self._late()
        self._due = time.monotonic() + _STEP

    def _late(self) -> float:
        return max(0.0, time.monotonic() - self._due) if self._due else 0.0
