"""From a published list to the articles of an answer: filters, rank, movement, and what fills it up.

Pure: no Redis, no clock of its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf

from shared.article import Article
from shared.catalogue import SiteCatalogue
from shared.listing import Listed, Listing


@dataclass(frozen=True)
class Filters:
    """What an article must be. `published_since` is in Unix seconds; `exclude` are resolved ids."""

    section: str | None = None
    tag: str | None = None
    author: str | None = None
    published_since: float | None = None
    exclude: frozenset[str] = field(default_factory=frozenset)

    def match(self, article: Article) -> bool:
        """Return whether an article is wanted."""
        return (
            (self.section is None or article.section == self.section)
            and (self.tag is None or self.tag in article.tags)
            and (self.author is None or self.author in article.authors)
            and (self.published_since is None or article.published_at.timestamp() >= self.published_since)
            and article.id not in self.exclude
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article of the answer.

    `movement` is None if it was not on the list an hour ago, `listed` is None
    for one that fills up.
    """

    article: Article
    rank: int
    movement: int | None
    listed: Listed | None


def choose(
    listing: Listing, catalogue: SiteCatalogue, filters: Filters, limit: int, now: float = inf
) -> list[Chosen]:
    """Return at most `limit` articles that pass, ranked 1, 2, 3 ...

    The whole published list is filtered, and the list of an hour ago in the
    same way, so that movement compares like with like. A list too short is
    filled with the newest articles that pass; what is published later than
    `now`, in Unix seconds, is held back.
    """
    past = {article.id: rank for rank, article in _ranked(listing.past, catalogue, filters)}
    values = {listed.id: listed for listed in listing.entries}
    chosen: list[Chosen] = []
    for rank, article in _ranked(values, catalogue, filters):
        if rank > limit:
            return chosen
        was = past.get(article.id)
        movement = None if was is None else was - rank
        chosen.append(Chosen(article, rank, movement, values[article.id]))
    for article in catalogue.newest(now):
        if len(chosen) >= limit:
            break
        if article.id not in values and filters.match(article):
            chosen.append(Chosen(article, len(chosen) + 1, None, None))
    return chosen


def rank_of(article_id: str, listing: Listing, catalogue: SiteCatalogue) -> int | None:
    """Return the rank of an article on a whole list, None if it is not on it."""
    ids = [listed.id for listed in listing.entries]
    return next((r for r, article in _ranked(ids, catalogue, Filters()) if article.id == article_id), None)


def _ranked(ids: Iterable[str], catalogue: SiteCatalogue, filters: Filters) -> Iterator[tuple[int, Article]]:
    rank = 0
    for article_id in ids:
        article = catalogue.articles.get(article_id)
        if article is not None and filters.match(article):
            rank += 1
            yield rank, article
