"""The views of a whole site by UTC hour, added up from its hour boards and kept for a while.

A finished hour changes rarely, for only late views still come, and the
running one is asked for again and again: so an open board costs Redis almost
nothing.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from importlib.resources import files
from time import monotonic
from typing import NamedTuple

from services.query.read.partitions import Partitions
from shared import keys
from shared.connection import Client
from shared.hours import hour_stamp

RUNNING_LIFE = 3.0
FINISHED_LIFE = 60.0
"""Seconds a sum is taken from memory."""

MOST_KEPT = 5_000
"""Sums kept at once, the oldest forgotten first."""

_AT_ONCE = 8
"""Boards added up in one round trip, so that other clients of Redis come in between."""


class _Kept(NamedTuple):
    until: float
    views: int


class SiteHours:
    """Views of sites by hour."""

    def __init__(self, redis: Client, partitions: Partitions) -> None:
        self._redis = redis
        self._partitions = partitions
        self._script = files("services.query.read").joinpath("lua/hour.sum.lua").read_text()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._turn = asyncio.Lock()

    async def views(self, site: str, stamps: Sequence[str]) -> list[int]:
        """Return the views of each hour (YYYYMMDDHH), at most a minute old, of the running one 3 s.

        0 for an hour without any, or one that is kept no more. Raises what
        redis-py raises.
        """
        # In turn, so that boards opened together find what the first of them read.
        async with self._turn:
            now = monotonic()
            known = {stamp: self._kept.get((site, stamp)) for stamp in stamps}
            found = {
                stamp: kept.views for stamp, kept in known.items() if kept is not None and kept.until > now
            }
            missing = [stamp for stamp in known if stamp not in found]
            if missing:
                running = hour_stamp(time.time())
                fresh = await self._read(site, missing)
                self._keep(site, fresh, running)
                found |= fresh
        return [found[stamp] for stamp in stamps]

    def _keep(self, site: str, fresh: dict[str, int], running: str) -> None:
        now = monotonic()
        for stamp, views in fresh.items():
            # Put in anew, so that the first is always the oldest.
            self._kept.pop((site, stamp), None)
            life = FINISHED_LIFE if stamp < running else RUNNING_LIFE
            self._kept[site, stamp] = _Kept(now + life, views)
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    async def _read(self, site: str, stamps: Iterable[str]) -> dict[str, int]:
        partitions = await self._partitions.ever()
        sums = dict.fromkeys(stamps, 0.0)
        boards = [(stamp, keys.hour(p, site, stamp)) for stamp in sums for p in range(partitions)]
        for start in range(0, len(boards), _AT_ONCE):
            asked = boards[start : start + _AT_ONCE]
            async with self._redis.pipeline(transaction=False) as pipe:
                for _, key in asked:
                    # With its text each time: a restarted server forgets scripts.
                    pipe.execute_command("EVAL_RO", self._script, 1, key)
                replies = await pipe.execute()
            for (stamp, _), views in zip(asked, replies, strict=True):
                sums[stamp] += float(views)
        return {stamp: round(views) for stamp, views in sums.items()}
