"""A ranked list as it was at a moment."""

from services.query.models import ListMeta, TrendingAnswer, moment
from services.query.parameters import wrong
from services.query.ranked.question import Question
from services.query.ranked.selection import choose, with_slots
from services.query.ranked.trending import Trending
from services.query.read.counts import Counts
from shared import history
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.history import RETENTION, Snapshot
from shared.hours import DAY, HOUR
from shared.listing import Listed, Listing

_SLACK = 60
"""Seconds by which the clock of who asks may be wrong."""


def within_history(name: str, moment: float, now: float) -> float:
    """Return a moment in Unix seconds that history can tell of.

    Raises Problem for one in the future, or further back than history is kept.
    """
    if moment > now + _SLACK:
        raise wrong(name, "it lies in the future")
    if moment < now - RETENTION - _SLACK:
        raise wrong(name, f"history is kept for {RETENTION // DAY} days")
    return min(moment, now)


class PastLists:
    """Lists of the past, from their minute snapshots.

    What was ranked is told, with what the newsroom had placed; not what filled
    it up. Titles, filters and counts are those of now, and an article that the
    catalogue has no more takes no rank.
    """

    def __init__(self, redis: Client, catalogue: Catalogue, counts: Counts, trending: Trending) -> None:
        self._redis = redis
        self._catalogue = catalogue
        self._counts = counts
        self._trending = trending

    async def ranked(self, question: Question, at: float) -> TrendingAnswer:
        """Return the list that is asked for as it was at a moment in Unix seconds.

        Raises Problem when nothing was recorded then, and what redis-py raises.
        """
        name = question.kind.published_as(question.window)
        moments = [at, at - HOUR]
        snapshot, before = await history.at_each(self._redis, question.site, name, moments)
        if snapshot is None:
            raise wrong("at", "nothing was recorded of this list then")
        catalogue = self._catalogue[question.site]
        filters = question.filters(catalogue, at)
        listing = await self._listing(question.site, snapshot, before)
        chosen = choose(
            listing, catalogue, filters, question.limit, at, pins=snapshot.placed.pins, fill=False
        )
        chosen = with_slots(chosen, snapshot.placed.slots, catalogue, filters, question.limit)
        return TrendingAnswer(
            data=await self._trending.stories(question, chosen),
            meta=ListMeta.model_validate(
                {
                    "site": question.site,
                    "list": question.kind.name,
                    "generated_at": moment(snapshot.moment),
                    "at": moment(at // 1),
                    **({"window": question.window} if question.kind.windows else {}),
                }
            ),
        )

    async def _listing(self, site: str, snapshot: Snapshot, before: Snapshot | None) -> Listing:
        ids = [article_id for article_id, _ in snapshot.entries]
        views = await self._counts.views(site, ids)
        entries = zip(snapshot.entries, views, strict=True)
        return Listing(
            generation=0,
            changed_at=snapshot.moment,
            since=None,
            entries=tuple(Listed(article_id, value, count) for (article_id, value), count in entries),
            past=() if before is None else tuple(article_id for article_id, _ in before.entries),
        )
