"""The lists of a site, ranked anew from its boards: one function for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from services.ranker import windows
from services.ranker.boards import COUNTED, Reader, SortedBoards, Worth
from services.ranker.boost import rises
from services.ranker.candidates import weigh
from shared import keys, ranking
from shared.article import Article
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.decay import FLOOR_WEIGHT, HALF_LIVES, TRENDING_HALF_LIFE, Decay
from shared.listing import DEPTH, MOST_READ_WINDOWS, RISING, TRENDING, Listed, name_of
from shared.override import NOTHING_PLACED, InForce, Placed
from shared.ranking import Total
from shared.settings import SiteSettings

WINDOW_OF = {name_of("most-read", window): window for window in MOST_READ_WINDOWS}
"""The window of each list that counts one."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list as it stands: its entries in order, where its window begins, the D of rising.

    `placed` is what stands on trending beside its entries.
    """

    entries: tuple[Listed, ...]
    since: float | None = None
    ratio: float | None = None
    placed: Placed = NOTHING_PLACED
    depth: int = 0
    """Places of every board that were read until it was certain; 0 where no board is cut off."""


class Lists:
    """Ranks the lists of some sites."""

    def __init__(self, redis: Client, sites: Mapping[str, SiteSettings], catalogue: Catalogue) -> None:
        self._reader = Reader(redis)
        self._zones = {site: ZoneInfo(settings.time_zone) for site, settings in sites.items()}
        self._catalogue = catalogue

    async def rank(self, site: str, name: str, now: float, partitions: int) -> Ranking:
        """Return one list of a site at the moment `now`, summed over its partitions.

        Raises what redis-py raises.
        """
        standing = self._catalogue[site].in_force(now)
        articles = self.eligible(site, standing)
        if name == TRENDING:
            return await self._trending(site, articles, now, partitions, standing)
        if name == RISING:
            return await self._rising(site, articles, now, partitions, standing.factors)
        return await self._most_read(site, WINDOW_OF[name], articles, now, partitions)

    def eligible(self, site: str, standing: InForce) -> Mapping[str, Article]:
        """Return the articles that may stand on a list, as of now: the catalogue moves on while we read."""
        articles = dict(self._catalogue[site].articles)
        for article_id in standing.unranked:
            articles.pop(article_id, None)
        return articles

    def unranked(self, site: str, now: float) -> frozenset[str]:
        """Return the articles that the newsroom keeps off every list at a moment in Unix seconds."""
        return self._catalogue[site].in_force(now).unranked

    def since(self, site: str, name: str, now: float) -> float | None:
        """Return where the window of a list begins, None for a list without one."""
        return windows.since(WINDOW_OF[name], now, self._zones[site]) if name in WINDOW_OF else None

    async def _trending(
        self, site: str, articles: Mapping[str, Article], now: float, partitions: int, standing: InForce
    ) -> Ranking:
        """By what views are worth now, with a half-life of four hours."""
        weight = partial(Decay(HALF_LIVES[TRENDING_HALF_LIFE]).weight, now=now)
        boards = SortedBoards(
            self._reader,
            [keys.board(p, site, TRENDING_HALF_LIFE) for p in range(partitions)],
            Worth(weight, absent=FLOOR_WEIGHT / partitions),
        )
        published = partial(_published, articles)
        totals = await ranking.first(boards, DEPTH, articles, published, standing.factors)
        placed = standing.placed.among(self._catalogue[site].articles)
        return Ranking(await self._listed(site, partitions, totals), placed=placed, depth=boards.depth)

    async def _rising(
        self,
        site: str,
        articles: Mapping[str, Article],
        now: float,
        partitions: int,
        factors: Mapping[str, float],
    ) -> Ranking:
        """By how far each is ahead of its own past."""
        weights = await weigh(self._reader, site, partitions, articles, now, also=factors)
        found = rises(weights, factors)
        totals = ranking.ordered(found.values, partial(_published, articles))[:DEPTH]
        return Ranking(await self._listed(site, partitions, totals), ratio=found.ratio)

    async def _most_read(
        self, site: str, window: str, articles: Mapping[str, Article], now: float, partitions: int
    ) -> Ranking:
        """By the views of a window, exactly."""
        begins = windows.since(window, now, self._zones[site])
        published = partial(_published, articles)
        if begins is None:
            views = await self._views(site, partitions, articles)
            totals = ranking.ordered(views, published)[:DEPTH]
            return Ranking(tuple(Listed(i, value, int(value)) for i, value in totals))
        boards = SortedBoards(self._reader, windows.boards(site, partitions, begins, now), COUNTED)
        totals = await ranking.first(boards, DEPTH, articles, published)
        return Ranking(await self._listed(site, partitions, totals), begins, depth=boards.depth)

    async def _listed(self, site: str, partitions: int, totals: list[Total]) -> tuple[Listed, ...]:
        views = await self._views(site, partitions, dict(totals))
        return tuple(Listed(i, value, int(views.get(i, 0))) for i, value in totals)

    async def _views(self, site: str, partitions: int, ids: Mapping[str, object]) -> dict[str, float]:
        """Return all the views of each article that has any."""
        counts = [keys.count(p, site) for p in range(partitions)]
        return ranking.add(await self._reader.ask("HMGET", counts, [ids] * partitions))


def _published(articles: Mapping[str, Article], article_id: str) -> float:
    return articles[article_id].published_at.timestamp()
