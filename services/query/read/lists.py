"""The published lists in memory, read again when somebody asks for them."""

from time import monotonic
from typing import NamedTuple

from services.query.read.flights import Flights
from shared import keys
from shared.connection import UNAVAILABLE, Client
from shared.listing import Listing, decode

LIFE = 0.5
"""Seconds a list is taken from memory."""

NOTHING_YET = Listing(generation=0, changed_at=0.0, since=None, entries=(), past=())
"""What a site has before the ranker has published."""


class Read(NamedTuple):
    """A list, and whether Redis could not be asked whether there is a newer one."""

    listing: Listing
    stale: bool


class _Held(NamedTuple):
    until: float
    value: bytes | None
    read: Read


class Lists:
    """The newest list of each site and name that is asked for."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._held: dict[str, _Held] = {}
        self._flights: Flights[str, Read] = Flights()

    async def get(self, site: str, name: str) -> Listing:
        """Return a list, at most half a second old; the last good one while Redis is away.

        Raises what redis-py raises when there never was one.
        """
        return (await self.read(site, name)).listing

    async def read(self, site: str, name: str) -> Read:
        """Return a list as `get` does, and whether it is the last good one of before."""
        key = keys.listing(site, name)
        held = self._held.get(key)
        if held is not None and held.until > monotonic():
            return held.read
        return await self._flights.join(key, lambda: self._read(key))

    async def _read(self, key: str) -> Read:
        held = self._held.get(key)
        stale = False
        try:
            value: bytes | None = await self._redis.get(key)
        except UNAVAILABLE:
            if held is None:
                raise
            value, listing, stale = held.value, held.read.listing, True
        else:
            if held is not None and value == held.value:
                listing = held.read.listing
            else:
                listing = NOTHING_YET if value is None else decode(value)
        self._held[key] = _Held(monotonic() + LIFE, value, Read(listing, stale))
        return self._held[key].read
