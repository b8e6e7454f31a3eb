"""The views of some articles by UTC hour: what their sparklines show.

A finished hour changes rarely, so what it holds is kept for a while; of the
running hour nothing is.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from services.query.read.partitions import Partitions
from shared import keys
from shared.connection import Client
from shared.hours import hour_stamp

LIFE = 60.0
"""Seconds the views of a finished hour are taken from memory."""

MOST_KEPT = 100_000
"""Numbers kept at once, over all hours; the oldest hours are forgotten first."""


@dataclass(slots=True)
class _Hour:
    until: float
    views: dict[str, int] = field(default_factory=dict)


class RowHours:
    """Views of articles by hour."""

    def __init__(self, redis: Client, partitions: Partitions) -> None:
        self._redis = redis
        self._partitions = partitions
        self._kept: dict[tuple[str, str], _Hour] = {}

    async def views(self, site: str, ids: Sequence[str], stamps: Sequence[str]) -> dict[str, list[int]]:
        """Return the views of each article in each hour (YYYYMMDDHH), 0 where nobody read it.

        Cost: one ZMSCORE an hour and partition, in one round trip; within a
        minute only of the running hour. Raises what redis-py raises.
        """
        known = {stamp: self._known(site, stamp) for stamp in stamps}
        missing = {stamp: [one for one in ids if one not in known[stamp]] for stamp in stamps}
        running = hour_stamp(time.time())
        fresh = await self._read(site, {stamp: wanted for stamp, wanted in missing.items() if wanted})
        for stamp, views in fresh.items():
            known[stamp] = {**known[stamp], **views}
            if stamp < running:
                self._keep(site, stamp, views)
        self._make_room()
        return {one: [known[stamp][one] for stamp in stamps] for one in ids}

    def _known(self, site: str, stamp: str) -> Mapping[str, int]:
        hour = self._kept.get((site, stamp))
        return hour.views if hour is not None and hour.until > monotonic() else {}

    def _keep(self, site: str, stamp: str, views: Mapping[str, int]) -> None:
        hour = self._kept.get((site, stamp))
        if hour is None or hour.until <= monotonic():
            # Put in anew, so that the first is always the oldest.
            self._kept.pop((site, stamp), None)
            hour = self._kept[site, stamp] = _Hour(monotonic() + LIFE)
        hour.views.update(views)

    def _make_room(self) -> None:
        kept = sum(len(hour.views) for hour in self._kept.values())
        now = monotonic()
        while self._kept:
            oldest = next(iter(self._kept))
            if self._kept[oldest].until > now and kept <= MOST_KEPT:
                return
            kept -= len(self._kept.pop(oldest).views)

    async def _read(self, site: str, wanted: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        if not wanted:
            return {}
        partitions = await self._partitions.ever()
        async with self._redis.pipeline(transaction=False) as pipe:
            for stamp, ids in wanted.items():
                for p in range(partitions):
                    pipe.zmscore(keys.hour(p, site, stamp), ids)
            rows = await pipe.execute()
        found = {}
        for n, (stamp, ids) in enumerate(wanted.items()):
            parts = rows[n * partitions : (n + 1) * partitions]
            found[stamp] = dict(zip(ids, _sums(parts), strict=True))
        return found


def _sums(parts: Iterable[Sequence[float | None]]) -> list[int]:
    return [round(sum(views or 0 for views in column)) for column in zip(*parts, strict=True)]
