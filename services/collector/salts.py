"""The salt of each UTC day, shared by the collectors through Redis."""

import asyncio
import secrets

from shared import hours, keys
from shared.connection import Client

LIFETIME = 172_800
"""Seconds after which a salt is gone from Redis, counted from its first use."""

_BYTES = 32


class Salts:
    """The salts of the days in use, read once each and kept for as long as Redis keeps them."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._known: dict[str, bytes] = {}
        self._reading = asyncio.Lock()

    async def of(self, moment: float) -> bytes:
        """Return the salt of the UTC day of a moment in Unix seconds. Raises what redis-py raises."""
        day = hours.day_stamp(moment)
        salt = self._known.get(day)
        if salt is None:
            # At midnight every request misses at once; one of them asks.
            async with self._reading:
                salt = self._known.get(day) or await self._read(day)
        return salt

    async def _read(self, day: str) -> bytes:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.salt(day), secrets.token_bytes(_BYTES), nx=True, ex=LIFETIME)
            pipe.get(keys.salt(day))
            _, salt = await pipe.execute()
        self._known[day] = salt
        # Views are at most a day old, so three days are never in use at once.
        for old in sorted(self._known)[:-3]:
            del self._known[old]
        return bytes(salt)
