"""The sweep: what was counted under an alias becomes its article's (docs/adr/0003-alias-sweep.md).

Views under an alias are counted before anyone knows that it is one, and for
as long after as they travel: until the collectors have heard of it, and while
entries wait on a stream. So aliases that lately changed are looked at every
second, and all aliases at the start and every minute.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from services.desk.move import Moved, move, partitions_ever
from shared import keys
from shared.catalogue import Catalogue
from shared.connection import UNAVAILABLE, Client
from shared.metrics import DeskMetrics
from shared.outage import Outage

log = logging.getLogger(__name__)

EVERY = 1.0
LATELY = 60.0
EVERYTHING_EVERY = 60.0
"""Seconds between rounds, for which a change counts as late, and between rounds over all aliases."""

_ASKED_AT_ONCE = 500
_MOVED_AT_ONCE = 50


class Sweep:
    """Moves what was counted under the aliases of some sites."""

    def __init__(
        self, redis: Client, catalogue: Catalogue, sites: Iterable[str], metrics: DeskMetrics
    ) -> None:
        """`catalogue` is followed by somebody else."""
        self._redis = redis
        self._catalogue = catalogue
        self._sites = tuple(sites)
        self._metrics = metrics
        self._known: dict[str, dict[str, str]] = {site: {} for site in self._sites}
        self._until: dict[str, dict[str, float]] = {site: {} for site in self._sites}
        self._outages = {site: Outage(f"the aliases of {site} are not swept") for site in self._sites}
        self._everything_at = dict.fromkeys(self._sites, 0.0)

    async def run(self) -> None:
        """Sweep until cancelled; a Redis that is away is tried again."""
        loop = asyncio.get_running_loop()
        while True:
            if self._catalogue.loaded:
                await self._round(loop.time())
            await asyncio.sleep(EVERY)

    async def _round(self, now: float) -> None:
        for site in self._sites:
            aliases = self._catalogue[site].aliases
            self._note_changes(site, aliases, now)
            everything = now >= self._everything_at[site]
            due = list(aliases) if everything else [a for a in self._until[site] if a in aliases]
            try:
                await self._sweep(site, due)
            except UNAVAILABLE as error:
                self._outages[site].failed(error)
                continue
            self._outages[site].well()
            if everything:
                self._everything_at[site] = now + EVERYTHING_EVERY

    def _note_changes(self, site: str, aliases: dict[str, str], now: float) -> None:
        known = self._known[site]
        lately = {alias: until for alias, until in self._until[site].items() if until > now}
        if aliases != known:
            changed = (alias for alias, article in aliases.items() if known.get(alias) != article)
            lately |= dict.fromkeys(changed, now + LATELY)
            self._known[site] = dict(aliases)
        self._until[site] = lately

    async def _sweep(self, site: str, aliases: Sequence[str]) -> None:
        if not aliases:
            return
        partitions = await partitions_ever(self._redis)
        counted: list[str] = []
        for start in range(0, len(aliases), _ASKED_AT_ONCE):
            counted += await self._counted(site, aliases[start : start + _ASKED_AT_ONCE], partitions)
        for start in range(0, len(counted), _MOVED_AT_ONCE):
            some = counted[start : start + _MOVED_AT_ONCE]
            # Asked again, because moving is for good, and the copy may be behind.
            articles = await self._redis.hmget(keys.alias(site), some)
            pairs = {a: raw.decode() for a, raw in zip(some, articles, strict=True) if raw is not None}
            if pairs:
                self._note_moved(site, await move(self._redis, site, pairs, partitions))

    async def _counted(self, site: str, aliases: Sequence[str], partitions: Iterable[int]) -> list[str]:
        """Return those of the aliases that something is counted under."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for p in partitions:
                pipe.hmget(keys.count(p, site), aliases)
            rows = await pipe.execute()
        return [alias for alias, *counts in zip(aliases, *rows, strict=True) if any(counts)]

    def _note_moved(self, site: str, moved: Moved) -> None:
        self._metrics.moved.inc(moved.views)
        if moved.views:
            log.info("%d views of aliases of %s became their articles'", moved.views, site)
