"""Counts, read together: what is asked while one read is under way travels in the next."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from services.query.read.partitions import Partitions
from shared.connection import UNAVAILABLE, Client
from shared.counts import read_counts

Pair = tuple[str, str]

REMEMBERED = 100_000
"""Counts kept for when Redis is away."""


class _Gathering:
    """The pairs of one read to come, and what it will find."""

    def __init__(self) -> None:
        self.wanted: dict[Pair, None] = {}
        self.found: asyncio.Future[Mapping[Pair, int]] = asyncio.get_running_loop().create_future()


class Counts:
    """How often articles were read."""

    def __init__(self, redis: Client, partitions: Partitions) -> None:
        self._redis = redis
        self._partitions = partitions
        self._known: dict[Pair, int] = {}
        self._next: _Gathering | None = None
        self._reading: asyncio.Task[None] | None = None

    async def views(self, site: str, ids: Sequence[str]) -> list[int]:
        """Return the views of each article, 0 for one nobody read.

        While Redis is away the last known ones; raises what redis-py raises
        when one of them was never read before.
        """
        return (await self.read(site, ids))[0]

    async def read(self, site: str, ids: Sequence[str]) -> tuple[list[int], bool]:
        """Return the views as `views` does, and whether they are the last known ones of before."""
        pairs = [(site, article_id) for article_id in ids]
        if not pairs:
            return [], False
        stale = False
        try:
            found = await self._gathered(pairs)
        except UNAVAILABLE:
            # A 0 for what nobody has looked up yet would be a lie.
            if not all(pair in self._known for pair in pairs):
                raise
            found, stale = self._known, True
        return [found[pair] for pair in pairs], stale

    async def _gathered(self, pairs: Iterable[Pair]) -> Mapping[Pair, int]:
        if self._next is None:
            self._next = _Gathering()
        gathering = self._next
        gathering.wanted.update(dict.fromkeys(pairs))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(gathering.found)

    async def _read(self) -> None:
        while (gathering := self._next) is not None:
            self._next = None
            try:
                partitions = await self._partitions.ever()
                found = await read_counts(self._redis, partitions, gathering.wanted)
            except Exception as error:  # whoever asked decides what it means
                gathering.found.set_exception(error)
            else:
                self._remember(found)
                gathering.found.set_result(found)

    def _remember(self, found: Mapping[Pair, int]) -> None:
        for pair, count in found.items():
            # Put in anew, so that the order is that of the last look.
            self._known.pop(pair, None)
            self._known[pair] = count
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
