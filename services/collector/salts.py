"""The salt of each UTC day, shared by the collectors through Redis."""

import asyncio
import secrets

from shared import keys
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

    def known(self, day: str) -> bytes | None:
        """Return the salt of a UTC day (YYYYMMDD), None before it was read."""
        return self._known.get(day)

    async def of(self, day: str) -> bytes:
        """Return the salt of a UTC day (YYYYMMDD). Raises what redis-py raises."""
        # At midnight every request misses at once; one of them asks.
        async with self._reading:
            return self._known.get(day) or await self._read(day)

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
