"""The lists of a site, ranked anew from its boards: one function for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from services.ranker import windows
from services.ranker.boards import COUNTED, Reader, SortedBoards, Worth
from shared import keys, ranking
from shared.article import Article
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.decay import FLOOR_WEIGHT, HALF_LIVES, TRENDING_HALF_LIFE, Decay
from shared.listing import DEPTH, MOST_READ_WINDOWS, TRENDING, Listed, name_of
from shared.ranking import Total
from shared.settings import SiteSettings

WINDOW_OF = {name_of("most-read", window): window for window in MOST_READ_WINDOWS}
"""The window of each list that counts one."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list as it stands: its entries in order, and where its window begins."""

    entries: tuple[Listed, ...]
    since: float | None = None


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
        articles = self.eligible(site)
        if name == TRENDING:
            return await self._trending(site, articles, now, partitions)
        return await self._most_read(site, WINDOW_OF[name], articles, now, partitions)

    def eligible(self, site: str) -> Mapping[str, Article]:
        """Return the articles that may stand on a list, as of now: the catalogue moves on while we read."""
        return dict(self._catalogue[site].articles)

    def since(self, site: str, name: str, now: float) -> float | None:
        """Return where the window of a list begins, None for a list without one."""
        return windows.since(WINDOW_OF[name], now, self._zones[site]) if name in WINDOW_OF else None

    async def _trending(
        self, site: str, articles: Mapping[str, Article], now: float, partitions: int
    ) -> Ranking:
        """By what views are worth now, with a half-life of four hours."""
        weight = partial(Decay(HALF_LIVES[TRENDING_HALF_LIFE]).weight, now=now)
        boards = SortedBoards(
            self._reader,
            [keys.board(p, site, TRENDING_HALF_LIFE) for p in range(partitions)],
            Worth(weight, absent=FLOOR_WEIGHT / partitions),
        )
        totals = await ranking.first(boards, DEPTH, articles, partial(_published, articles))
        return Ranking(await self._listed(site, partitions, totals))

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
        return Ranking(await self._listed(site, partitions, totals), begins)

    async def _listed(self, site: str, partitions: int, totals: list[Total]) -> tuple[Listed, ...]:
        views = await self._views(site, partitions, dict(totals))
        return tuple(Listed(i, value, int(views.get(i, 0))) for i, value in totals)

    async def _views(self, site: str, partitions: int, ids: Mapping[str, object]) -> dict[str, float]:
        """Return all the views of each article that has any."""
        counts = [keys.count(p, site) for p in range(partitions)]
        return ranking.add(await self._reader.ask("HMGET", counts, [ids] * partitions))


def _published(articles: Mapping[str, Article], article_id: str) -> float:
    return articles[article_id].published_at.timestamp()
