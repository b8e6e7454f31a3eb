"""From a published list to the articles of an answer: filters, rank, movement, and what fills it up.

Pure: no Redis, no clock of its own.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf

from services.query.ranked.diversity import UNLIMITED, Diversity, Tally
from shared.article import Article
from shared.catalogue import SiteCatalogue
from shared.listing import Listed, Listing
from shared.override import Slot, arranged


@dataclass(frozen=True)
class Filters:
    """What an article must be, and what the list.

    `published_since` is in Unix seconds; `exclude` are resolved ids.
    `min_views` is asked of what is on the list, not of what fills it up.
    """

    section: str | None = None
    tag: str | None = None
    author: str | None = None
    published_since: float | None = None
    exclude: frozenset[str] = field(default_factory=frozenset)
    min_views: int = 0
    diversity: Diversity = UNLIMITED

    def match(self, article: Article) -> bool:
        """Return whether an article is wanted, however often it was read."""
        return (
            (self.section is None or article.section == self.section)
            and (self.tag is None or self.tag in article.tags)
            and (self.author is None or self.author in article.authors)
            and (self.published_since is None or article.published_at.timestamp() >= self.published_since)
            and article.id not in self.exclude
        )

    def without(self, ids: frozenset[str]) -> "Filters":
        """Return these filters, and the articles of some ids excluded."""
        return replace(self, exclude=self.exclude | ids)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An article of the answer.

    `rank` is None for a slot, which has a `label`. `movement` is None if it
    was not on the list an hour ago, `listed` is None if it is not now.
    """

    article: Article
    rank: int | None
    movement: int | None
    listed: Listed | None
    pinned: bool = False
    label: str | None = None


def choose(
    listing: Listing,
    catalogue: SiteCatalogue,
    filters: Filters,
    limit: int,
    now: float = inf,
    *,
    pins: Sequence[tuple[int, str]] = (),
    fill: bool = True,
) -> list[Chosen]:
    """Return at most `limit` articles that pass, ranked 1, 2, 3 ...

    The whole published list is filtered, and the list of an hour ago in the
    same way, so that movement compares like with like; by the views of now,
    for how many it had then nobody knows. A list too short is filled with the
    newest articles that pass, unless `fill` is False; what is published later
    than `now`, in Unix seconds, is held back.

    `pins`, pairs of rank and article by rank, stand at their ranks among what
    passes, if they pass too. Diversity gives them room first, and nobody moves
    because of them: movement is that of the ranking without them.
    """
    found = [(rank, catalogue.articles[i]) for rank, i in pins if i in catalogue.articles]
    pinned = [
        (rank, one) for rank, one in found if filters.match(one) and one.published_at.timestamp() <= now
    ]
    aside = {article.id for _, article in pinned}
    tally, past_tally = filters.diversity.tally(), filters.diversity.tally()
    first = [
        (rank, one) for rank, one in pinned if rank <= limit and tally.take(one) and past_tally.take(one)
    ]
    listed = {one.id: one for one in listing.entries}
    past = _past(listing, catalogue, filters, past_tally, aside)

    def order() -> Iterator[Chosen]:
        standing = [i for i, one in listed.items() if _read_enough(one, filters) and i not in aside]
        for rank, article in _ranked(standing, catalogue, filters, tally):
            was = past.get(article.id)
            yield Chosen(article, None, None if was is None else was - rank, listed[article.id])
        for article in catalogue.newest(now) if fill else ():
            if article.id not in aside and _fills(article, listed, filters) and tally.take(article):
                yield Chosen(article, None, None, None)
        # Only a list that is shorter than it may be comes to those that are pinned below its end.
        yield from (_pin(one, listed) for rank, one in pinned if rank > limit and tally.take(one))

    rows = islice(arranged(order(), [(rank, _pin(one, listed)) for rank, one in first]), limit)
    return [replace(one, rank=rank) for rank, one in enumerate(rows, start=1)]


def with_slots(
    chosen: Sequence[Chosen], slots: Sequence[Slot], catalogue: SiteCatalogue, filters: Filters, limit: int
) -> list[Chosen]:
    """Return an answer with labelled slots at their places; they take places of the `limit`, but no ranks.

    A slot is shown if its article passes the filters.
    """
    found = [(slot, catalogue.articles.get(slot.article_id)) for slot in slots]
    shown = [
        (slot.position, Chosen(article, None, None, None, label=slot.label))
        for slot, article in found
        if article is not None and filters.match(article)
    ]
    return list(islice(arranged(chosen, shown), limit))


def ranks(
    listing: Listing, catalogue: SiteCatalogue, filters: Filters, pins: Sequence[tuple[int, str]] = ()
) -> dict[str, int]:
    """Return the rank of every article that passes, on a whole list that is not filled up."""
    whole = choose(listing, catalogue, filters, len(listing.entries) + len(pins), pins=pins, fill=False)
    return {one.article.id: one.rank for one in whole if one.rank is not None}


def _past(
    listing: Listing, catalogue: SiteCatalogue, filters: Filters, tally: Tally, aside: Collection[str]
) -> dict[str, int]:
    """Return the ranks of an hour ago, of what would pass now."""
    unread = {one.id for one in listing.entries if not _read_enough(one, filters)}
    before = [i for i in listing.past if i not in unread and i not in aside]
    return {article.id: rank for rank, article in _ranked(before, catalogue, filters, tally)}


def _ranked(
    ids: Iterable[str], catalogue: SiteCatalogue, filters: Filters, tally: Tally
) -> Iterator[tuple[int, Article]]:
    rank = 0
    for article_id in ids:
        article = catalogue.articles.get(article_id)
        if article is not None and filters.match(article) and tally.take(article):
            rank += 1
            yield rank, article


def _fills(article: Article, listed: Mapping[str, Listed], filters: Filters) -> bool:
    """Return whether a new article may fill up a list, on which it is not already."""
    standing = listed.get(article.id)
    return (standing is None or not _read_enough(standing, filters)) and filters.match(article)


def _read_enough(one: Listed, filters: Filters) -> bool:
    return one.views >= filters.min_views


def _pin(article: Article, listed: Mapping[str, Listed]) -> Chosen:
    # It stands where it was put, so it has not moved.
    return Chosen(article, None, 0, listed.get(article.id), pinned=True)
