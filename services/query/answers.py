"""Rendered answers, kept for a moment under the query string that asked for them.

Hot pages ask the same thing over and over; within half a second they get the
same bytes, and whoever asks while those are being made waits for them.
"""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import Any

from services.query.read.flights import Flights
from shared.answer import Answer
from shared.http import Header, Request, Response
from shared.problem import without_markup

LIFE = 0.5
"""Seconds an answer is given again."""

STALE: tuple[Header, ...] = ((b"x-groundswell-stale", b"1"),)
"""What marks an answer that was made of what was known before Redis went away."""

MAX_BYTES = 32 * 1024 * 1024
"""Bytes of answers and their query strings kept at once."""


def compact(value: object) -> bytes:
    """Return a value as JSON, the same bytes in every process."""
    return without_markup(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode()


def everyone(request: Request) -> None:
    """Let a request in."""


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    size: int
    answer: Answer


class Answers:
    """Answers of one endpoint by query string, bounded in life and in size."""

    def __init__(
        self, max_bytes: int = MAX_BYTES, life: float = LIFE, *, admit: Callable[[Request], None] = everyone
    ) -> None:
        """`admit` raises Problem for a request that is not let in, whatever is kept."""
        self._admit = admit
        self._kept: dict[bytes, _Kept] = {}
        self._bytes = 0
        self._max_bytes = max_bytes
        self._life = life
        self._flights: Flights[bytes, Answer] = Flights()

    async def reply(
        self, request: Request, make: Callable[[Request], Coroutine[Any, Any, Answer]]
    ) -> Response:
        """Return the reply to a request, made now unless a fresh one is kept. Raises what `make` raises."""
        self._admit(request)
        return (await self.get(request.query, lambda: make(request))).to(request)

    async def get(self, query: bytes, make: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        """Return the answer to a query string, made now unless one is fresh. Raises what `make` raises."""
        kept = self._kept.get(query)
        if kept is not None and kept.until > monotonic():
            return kept.answer
        return await self._flights.join(query, lambda: self._make(query, make))

    async def _make(self, query: bytes, make: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
        answer = await make()
        now = monotonic()
        self._forget(query)
        size = len(query) + len(answer.whole.body) + 1_000
        self._kept[query] = _Kept(now + self._life, size, answer)
        self._bytes += size
        self._make_room(now)
        return answer

    def _make_room(self, now: float) -> None:
        # All live equally long, so the first one put in is the first to end.
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest].until > now and self._bytes <= self._max_bytes:
                return
            self._forget(oldest)

    def _forget(self, query: bytes) -> None:
        kept = self._kept.pop(query, None)
        if kept is not None:
            self._bytes -= kept.size
