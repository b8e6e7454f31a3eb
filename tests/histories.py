"""Minute snapshots of lists, written as the ranker writes them."""

from collections.abc import Iterable

from services.ranker.lists import Ranking
from services.ranker.publish import Publisher
from shared.connection import Client
from shared.listing import Listed
from shared.override import NOTHING_PLACED, Placed
from tests.published import SITE


class Recorder:
    """A ranker that publishes what it is told, at the moments it is told."""

    def __init__(self, redis: Client, name: str = "trending", site: str = SITE) -> None:
        self._publisher = Publisher(redis)
        self._name = name
        self._site = site

    async def record(
        self, moment: float, ids: Iterable[str], *, value: float = 1.0, placed: Placed = NOTHING_PLACED
    ) -> None:
        """Publish a list of these articles, each worth as much."""
        entries = tuple(Listed(article_id, value, 1) for article_id in ids)
        ranking = Ranking(entries, placed=placed)
        await self._publisher.publish(self._site, self._name, ranking, generation=1, now=moment)
