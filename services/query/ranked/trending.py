"""GET /v1/trending: a ranked list as an answer."""

import time
from collections.abc import Sequence

from services.query.answers import STALE, Answers
from services.query.models import ListMeta, Metrics, RankedStory, TrendingAnswer, moment, story_fields
from services.query.ranked.kinds import ListKind
from services.query.ranked.question import Question, read_question
from services.query.ranked.selection import Chosen, choose, with_slots
from services.query.read.counts import Counts
from services.query.read.lists import Lists
from shared.answer import Answer
from shared.catalogue import Catalogue, SiteCatalogue
from shared.decay import TRENDING_HALF_LIFE
from shared.http import Header, Request, Response
from shared.listing import TRENDING, Listing
from shared.override import NOTHING_PLACED

CACHE: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=0, s-maxage=5, stale-while-revalidate=10, stale-if-error=86400"),
)


def cache_of(*found: TrendingAnswer) -> tuple[Header, ...]:
    """Return how long an answer made of these lists is kept by others, and whether it is stale."""
    return (*CACHE, *STALE) if any(one.meta.stale for one in found) else CACHE


class Trending:
    """Answers with ranked lists."""

    def __init__(self, catalogue: Catalogue, lists: Lists, counts: Counts) -> None:
        self._catalogue = catalogue
        self._lists = lists
        self._counts = counts
        self._answers = Answers()

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        return await self._answers.reply(request, self._make)

    async def ranked(self, question: Question) -> TrendingAnswer:
        """Return the list that is asked for, with its labelled slots, whose labels are to be shown.

        Raises what redis-py raises without any data.
        """
        listing, stale = await self._lists.read(question.site, question.kind.published_as(question.window))
        catalogue = self._catalogue[question.site]
        now = time.time()
        standing = catalogue.in_force(now)
        placed = standing.placed if question.kind.name == TRENDING else NOTHING_PLACED
        filters = question.filters(catalogue, now)
        ranked = filters.without(standing.unranked)
        chosen = choose(listing, catalogue, ranked, question.limit, now, pins=placed.pins)
        chosen = with_slots(chosen, placed.slots, catalogue, filters, question.limit)
        meta = _meta(question, listing, catalogue, now, stale=stale)
        return TrendingAnswer(data=await self.stories(question, chosen), meta=meta)

    async def stories(self, question: Question, chosen: Sequence[Chosen]) -> list[RankedStory]:
        """Return the stories of an answer. Raises what redis-py raises without any data."""
        beside = [one.article.id for one in chosen if one.listed is None]
        views = dict(zip(beside, await self._counts.views(question.site, beside), strict=True))
        return [_story(one, question.kind, views) for one in chosen]

    async def render(self, question: Question) -> Answer:
        """Return the answer to a question. Raises what redis-py raises without any data."""
        found = await self.ranked(question)
        whole = found.model_dump_json(by_alias=True, exclude_unset=True).encode()
        # The data alone: two processes may have learned of it at different moments.
        covers = found.model_dump_json(include={"data"}, exclude_unset=True).encode()
        return Answer.of(whole, cache_of(found), covers=covers)

    async def _make(self, request: Request) -> Answer:
        return await self.render(read_question(request, self._catalogue))


def _story(one: Chosen, kind: ListKind, views: dict[str, int]) -> RankedStory:
    if one.listed is None:
        metrics = Metrics(views=views[one.article.id])
    elif kind.windows:
        metrics = Metrics(views=one.listed.views, window_views=round(one.listed.value))
    else:
        metrics = Metrics(views=one.listed.views)
    return RankedStory.model_validate(
        {
            **story_fields(one.article),
            "rank": one.rank,
            "movement": one.movement,
            "metrics": metrics,
            "source": _source(one, kind),
            **({} if one.label is None else {"label": one.label}),
        }
    )


def _source(one: Chosen, kind: ListKind) -> str:
    if one.label is not None:
        return "sponsored"
    if one.pinned:
        return "pinned"
    return "latest" if one.listed is None else kind.name


def _meta(
    question: Question, listing: Listing, catalogue: SiteCatalogue, now: float, *, stale: bool
) -> ListMeta:
    over = [one.until for one in catalogue.overrides.values() if one.until <= now]
    changed_at = max(listing.changed_at, catalogue.changed_at, *over)
    said: dict[str, object] = {
        "site": question.site,
        "list": question.kind.name,
        "generated_at": moment(changed_at) if changed_at else None,
    }
    if stale:
        said["stale"] = True
    if question.kind.name == TRENDING:
        said["half_life"] = TRENDING_HALF_LIFE
    if question.kind.windows:
        said["window"] = question.window
        said["from_"] = None if listing.since is None else moment(listing.since)
    return ListMeta.model_validate(said)
