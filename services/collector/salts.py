"""The salt of each UTC day, shared by the collectors through Redis.

Those of yesterday, today and tomorrow are known before they are needed, so
that views are taken over midnight while Redis is away.
"""

import asyncio
import secrets
import time
from collections.abc import Callable

from shared import hours, keys
from shared.connection import Client
from shared.repeat import every

LIFETIME = 172_800
"""Seconds after which a salt is gone from Redis, counted from the midnight at which its day begins."""

SHORTEST = 3_600
"""Seconds a salt stays in Redis at least, however late it is made."""

DEADLINE = 0.4
"""Seconds a request waits for a salt; there is still time to write its view then."""

_AHEAD = 60.0
_BYTES = 32


class Salts:
    """The salts of the days in use, read once each and kept for as long as Redis keeps them."""

    def __init__(self, redis: Client, now: Callable[[], float] = time.time) -> None:
        """`now` tells Unix seconds."""
        self._redis = redis
        self._now = now
        self._known: dict[str, bytes] = {}
        self._reading = asyncio.Lock()

    def known(self, day: str) -> bytes | None:
        """Return the salt of a UTC day (YYYYMMDD), None before it was read."""
        return self._known.get(day)

    async def of(self, day: str) -> bytes:
        """Return the salt of a UTC day (YYYYMMDD). Raises what redis-py raises, and TimeoutError."""
        # Whoever waits for the one that asks waits no longer than for an answer of its own.
        async with asyncio.timeout(DEADLINE), self._reading:
            return self._known.get(day) or await self._read(day)

    async def keep_ahead(self) -> None:
        """Know the salts of the days around this one until cancelled."""
        await every(_AHEAD, "the salts of the days to come are not known", self.learn)

    async def learn(self) -> None:
        """Learn the salts of yesterday, today and tomorrow. Raises what redis-py raises."""
        now = self._now()
        for moment in (now, now + hours.DAY, now - hours.DAY):
            await self.of(hours.day_stamp(moment))

    async def _read(self, day: str) -> bytes:
        left = max(SHORTEST, round(hours.day_start(day) + LIFETIME - self._now()))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.salt(day), secrets.token_bytes(_BYTES), nx=True, ex=left)
            pipe.get(keys.salt(day))
            _, salt = await pipe.execute()
        self._known[day] = salt
        # Views are at most a day old, so three days are never in use at once.
        for old in sorted(self._known)[:-3]:
            del self._known[old]
        return bytes(salt)
