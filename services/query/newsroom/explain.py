"""Why articles stand where they stand: what their places on the lists are made of."""

import time
from collections.abc import Mapping, Sequence

from services.query.models import moment
from services.query.newsroom.pace import views_per_hour
from services.query.newsroom.since import ListedSince
from services.query.newsroom.standing import standing
from services.query.newsroom.why import RiseParts, Why
from services.query.ranked.selection import Filters, ranks
from services.query.read.lists import Lists
from services.query.read.partitions import Partitions
from services.query.read.row_hours import RowHours
from shared import keys
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.counts import read_counts
from shared.decay import HALF_LIVES, Decay
from shared.hours import HOUR, hour_stamp
from shared.listing import NAMES, RISING, TRENDING
from shared.override import Override
from shared.rising import LONG, SHORT, rise


class Explainer:
    """Answers why."""

    def __init__(self, redis: Client, catalogue: Catalogue, lists: Lists, partitions: Partitions) -> None:
        self._redis = redis
        self._catalogue = catalogue
        self._lists = lists
        self._partitions = partitions
        self._hours = RowHours(redis, partitions)
        self._since = ListedSince(redis)

    async def why(self, site: str, ids: Sequence[str], names: Sequence[str]) -> dict[str, Why]:
        """Return why of each article; `names` are the lists of which is told since when it is on them.

        Raises what redis-py raises.
        """
        if not ids:
            return {}
        now = time.time()
        partitions = await self._partitions.ever()
        pairs = [(site, one) for one in ids]
        views = await read_counts(self._redis, partitions, pairs)
        readers = await read_counts(self._redis, partitions, pairs, keys.readers)
        hours = await self._hours.views(site, ids, [hour_stamp(now - HOUR), hour_stamp(now)])
        weights = await self._weights(site, ids, partitions, now)
        on_lists = await self._ranks(site, now)
        since = {name: await self._since.of(site, name, ids, now) for name in names}
        ratio = (await self._lists.get(site, RISING)).ratio
        overrides = self._catalogue[site].in_force(now).overrides
        return {
            one: Why(
                views=views[site, one],
                reader_days=readers[site, one],
                views_per_hour=views_per_hour(hours[one], now),
                weights={half_life: round(weight, 4) for half_life, weight in weights[one].items()},
                rising=_rising(weights[one], overrides.get(one), ratio),
                ranks={name: found.get(one) for name, found in on_lists.items()},
                listed_since={
                    name: moment(found[one] // 1) if one in found else None for name, found in since.items()
                },
                override=standing(overrides[one]) if one in overrides else None,
            )
            for one in ids
        }

    async def _weights(
        self, site: str, ids: Sequence[str], partitions: int, now: float
    ) -> dict[str, dict[str, float]]:
        """Return what the views of each article are worth, by half-life."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for half_life in HALF_LIVES:
                for p in range(partitions):
                    pipe.zmscore(keys.board(p, site, half_life), ids)
            rows = iter(await pipe.execute())
        found: dict[str, dict[str, float]] = {one: {} for one in ids}
        for half_life, seconds in HALF_LIVES.items():
            weight = Decay(seconds).weight
            columns = zip(*(next(rows) for _ in range(partitions)), strict=True)
            for one, scores in zip(ids, columns, strict=True):
                found[one][half_life] = sum(weight(score, now) for score in scores if score is not None)
        return found

    async def _ranks(self, site: str, now: float) -> dict[str, dict[str, int]]:
        catalogue = self._catalogue[site]
        standing = catalogue.in_force(now)
        filters = Filters().without(standing.unranked)
        return {
            name: ranks(
                await self._lists.get(site, name),
                catalogue,
                filters,
                standing.placed.pins if name == TRENDING else (),
            )
            for name in NAMES
        }


def _rising(weights: Mapping[str, float], override: Override | None, ratio: float | None) -> RiseParts | None:
    if ratio is None:
        return None
    factor = 1.0 if override is None or override.factor is None else override.factor
    found = rise(weights[SHORT] * factor, weights[LONG] * factor, ratio)
    return RiseParts(
        r=round(found.r, 4),
        present=round(found.present, 4),
        expected=round(found.expected, 4),
        site_ratio=round(ratio, 4),
    )
