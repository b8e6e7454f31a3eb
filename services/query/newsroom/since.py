"""Since when articles are on a list, from its history.

History has a snapshot a minute. It is looked at every quarter of an hour, from
now back until an article is missing, and between the last look with it and
the first without it every minute. So the answer is right to the minute, but a
gap of less than a quarter of an hour may go unseen: at the hundredth place an
article comes and goes all the time. What was found is remembered, so the next
time there is only to be looked at what has happened meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from shared import history
from shared.connection import Client
from shared.history import RETENTION, Snapshot

QUARTER = 900
_MINUTE = 60
_AT_ONCE = 32
"""Quarters looked at in one round: eight hours."""

REMEMBERED = 20_000
"""Articles on lists remembered at once."""


class _Known(NamedTuple):
    at: float
    """When it was looked for."""
    since: float


class ListedSince:
    """Since when articles are among the first hundred of the lists."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._known: dict[tuple[str, str, str], _Known] = {}

    async def of(self, site: str, name: str, ids: Collection[str], now: float) -> dict[str, float]:
        """Return since when, in Unix seconds, articles are on a list; one that is not is left out.

        One that was there as far back as history reaches has been since then.
        Cost: some 130 ms for seven days, if none of it is remembered. Raises
        what redis-py raises.
        """
        [last] = await history.at_each(self._redis, site, name, [now])
        pending = {i: last.moment for i in _standing(last) if i in ids} if last is not None else {}
        found: dict[str, float] = {}
        quarter = int(now // QUARTER) * QUARTER
        while pending and quarter > now - RETENTION:
            looks = [quarter - n * QUARTER for n in range(_AT_ONCE)]
            snapshots = await history.at_each(self._redis, site, name, looks)
            for look, snapshot in zip(looks, snapshots, strict=True):
                standing = _standing(snapshot)
                missing = pending.keys() - standing
                if missing:
                    came = await self._came(site, name, missing, look, now)
                    found.update((i, came.get(i, pending.pop(i))) for i in missing)
                for article_id in list(pending):
                    known = self._known.get((site, name, article_id))
                    if known is not None and known.at >= look:
                        found[article_id] = known.since
                        del pending[article_id]
                    elif snapshot is not None:
                        pending[article_id] = snapshot.moment
            quarter = looks[-1] - QUARTER
        since = {i: max(moment, now - RETENTION) for i, moment in (found | pending).items()}
        self._remember(site, name, since, now)
        return since

    async def _came(
        self, site: str, name: str, ids: Collection[str], look: float, now: float
    ) -> dict[str, float]:
        """Return the moment in the quarter after a look at which each article came onto the list."""
        minutes = [min(look + n * _MINUTE, now) for n in range(1, QUARTER // _MINUTE + 1)]
        return _first(ids, await history.at_each(self._redis, site, name, minutes))

    def _remember(self, site: str, name: str, since: Mapping[str, float], now: float) -> None:
        for article_id, moment in since.items():
            # Put in anew, so that the order is that of the last look.
            self._known.pop((site, name, article_id), None)
            self._known[site, name, article_id] = _Known(now, moment)
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


def _first(ids: Collection[str], snapshots: Sequence[Snapshot | None]) -> dict[str, float]:
    """Return the moment of the first snapshot that each article stands on."""
    found: dict[str, float] = {}
    for snapshot in snapshots:
        if snapshot is not None:
            standing = _standing(snapshot)
            found.update((i, snapshot.moment) for i in ids if i in standing and i not in found)
    return found


def _standing(snapshot: Snapshot | None) -> set[str]:
    """Return what stands on the list of a snapshot, pinned articles among it."""
    if snapshot is None:
        return set()
    return {i for i, _ in snapshot.entries} | {i for _, i in snapshot.placed.pins}
