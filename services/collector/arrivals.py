"""What arrives, by site and UTC hour: sums in memory, added to Redis about once a second.

A request only adds to a sum; writing is off its path. A write that fails
leaves its sums for the next one. One whose reply was lost may count twice:
these numbers tell a newsroom how it goes, and are not the books.
"""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Collection
from importlib.resources import files

from services.collector.admission import DropReason
from shared import hours, keys
from shared.arrivals import ACCEPTED, DROPPED, LIFETIME, MAX_ORIGINS, ORIGIN, REFUSED, UNTRUSTED
from shared.connection import UNAVAILABLE, Client
from shared.hours import HOUR
from shared.metrics import CollectorMetrics
from shared.problem import Kind
from shared.repeat import every

EVERY = 1.0
"""Seconds between two writes."""

_HOUR_MS = HOUR * 1000
_LONGEST_ORIGIN = 120
_ORIGIN = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?=[/?#]|\Z)",
    re.ASCII | re.IGNORECASE,
)


class _Sums:
    """What one site saw in one hour since the last write."""

    __slots__ = ("accepted", "heaviest", "last_ms", "origins", "others")

    def __init__(self) -> None:
        self.accepted = 0
        self.last_ms = 0
        self.heaviest: int | None = None
        self.others: defaultdict[str, int] = defaultdict(int)
        self.origins: dict[str, int] = {}

    def add_origin(self, origin: str, readings: int = 1) -> None:
        if origin in self.origins:
            self.origins[origin] += readings
        elif len(self.origins) < MAX_ORIGINS:
            self.origins[origin] = readings

    def add(self, other: "_Sums") -> None:
        self.accepted += other.accepted
        for field, readings in other.others.items():
            self.others[field] += readings
        for origin, readings in other.origins.items():
            self.add_origin(origin, readings)
        self.last_ms = max(self.last_ms, other.last_ms)
        # What could not be written is older than what was noted since.
        self.heaviest = other.heaviest if self.heaviest is None else self.heaviest

    def arguments(self) -> list[str | int]:
        """Return field, amount, field, amount, ..."""
        told: list[str | int] = [ACCEPTED, self.accepted] if self.accepted else []
        for field, readings in self.others.items():
            told += field, readings
        for origin, readings in self.origins.items():
            told += f"{ORIGIN}:{origin}", readings
        return told


class Arrivals:
    """Counts what arrives, and tells Redis."""

    def __init__(self, redis: Client, sites: Collection[str], metrics: CollectorMetrics) -> None:
        self._redis = redis
        self._sites = sites
        self._failures = metrics.arrivals_failures
        self._taken = {site: metrics.by_site.labels(site) for site in sites}
        self._script = files("services.collector").joinpath("lua/arrivals.add.lua").read_text()
        self._sums: defaultdict[tuple[str, int], _Sums] = defaultdict(_Sums)
        self._turn = asyncio.Lock()
        self._write: asyncio.Task[None] | None = None

    def accepted(self, site: str, received_ms: int) -> None:
        """Count one view that is durable; `received_ms` is in Unix milliseconds."""
        sums = self._sums[site, received_ms // _HOUR_MS]
        sums.accepted += 1
        self._taken[site].inc()
        sums.last_ms = max(sums.last_ms, received_ms)

    def dropped(self, site: str, reason: DropReason, page: bytes = b"") -> None:
        """Count one reading that does not count.

        `page` is the Origin or Referer of one that came from a page of
        somebody else's.
        """
        sums = self._now(site)
        sums.others[f"{DROPPED}:{reason.value}"] += 1
        if reason is DropReason.FOREIGN_ORIGIN and (origin := origin_of(page)) is not None:
            sums.add_origin(origin)

    def refused(self, site: object, kind: Kind) -> None:
        """Count one refusal, if `site` is the name of a site."""
        if isinstance(site, str) and site in self._sites:
            self._now(site).others[f"{REFUSED}:{kind.slug}"] += 1

    def untrusted(self, site: str) -> None:
        """Count one reading whose X-Forwarded-For came from an address that is no trusted proxy."""
        self._now(site).others[UNTRUSTED] += 1

    def heaviest(self, site: str, share: float) -> None:
        """Note the share of the address that most of a site's views come from."""
        self._now(site).heaviest = round(share * 1000)

    async def keep_writing(self) -> None:
        """Write about once a second until cancelled."""
        await every(EVERY, "what arrives is not written", self._write_undisturbed)

    async def write(self) -> None:
        """Write everything counted so far; what Redis does not take is kept for the next time."""
        async with self._turn:
            await self._write_all()

    async def _write_undisturbed(self) -> None:
        # Not ended halfway: whether it had been written could not be known.
        self._write = asyncio.create_task(self.write())
        await asyncio.shield(self._write)

    async def _write_all(self) -> None:
        taken, self._sums = self._sums, defaultdict(_Sums)
        # By then Redis would have forgotten it too, so a long outage fills no memory.
        oldest = (int(time.time()) - LIFETIME) // HOUR
        pending = [(which, sums) for which, sums in taken.items() if which[1] >= oldest]
        if not pending:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for (site, hour), sums in pending:
                    key = keys.arrivals(site, hours.hour_stamp(hour * HOUR))
                    heaviest = "" if sums.heaviest is None else sums.heaviest
                    told = (LIFETIME, sums.last_ms, MAX_ORIGINS, heaviest, *sums.arguments())
                    # With its text each time: a restarted server forgets scripts.
                    pipe.execute_command("EVAL", self._script, 1, key, *told)
                replies = await pipe.execute(raise_on_error=False)
        except UNAVAILABLE as error:
            replies = [error] * len(pending)
        failed = [one for one, reply in zip(pending, replies, strict=True) if isinstance(reply, Exception)]
        if failed:
            self._failures.inc()
        for which, sums in failed:
            self._sums[which].add(sums)

    def _now(self, site: str) -> _Sums:
        return self._sums[site, time.time_ns() // 1_000_000 // _HOUR_MS]


def origin_of(page: bytes) -> str | None:
    """Return `scheme://host[:port]` of an Origin or Referer in lower case.

    None where there is none, where it is not plain ASCII, or beyond 120
    characters.
    """
    found = _ORIGIN.match(page[: _LONGEST_ORIGIN + 1].decode("latin-1"))
    return found[0].lower() if found is not None and len(found[0]) <= _LONGEST_ORIGIN else None
