"""GET /v1/trending: a ranked list as an answer."""

import time
from dataclasses import dataclass, field

from services.query.answers import Answer, Answers
from services.query.counts import Counts
from services.query.kinds import DEFAULT_KIND, EVERY_WINDOW, KINDS, ListKind
from services.query.lists import Lists
from services.query.models import ListMeta, Metrics, RankedStory, TrendingAnswer, moment, story_fields
from services.query.parameters import (
    DEFAULT_LIMIT,
    age_of,
    article_id,
    ids_of,
    limit_of,
    one_of,
    site_of,
    word_of,
    wrong,
)
from services.query.selection import Chosen, Filters, choose
from shared.catalogue import Catalogue, SiteCatalogue
from shared.decay import TRENDING_HALF_LIFE
from shared.http import Header, Request, Response
from shared.listing import TRENDING, Listing

PARAMETERS = (
    "site",
    "list",
    "window",
    "section",
    "tag",
    "author",
    "published_within",
    "exclude",
    "limit",
)
_CACHE: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=0, s-maxage=5, stale-while-revalidate=10, stale-if-error=86400"),
)


@dataclass(frozen=True)
class Question:
    """Which list of which site, and which of its articles."""

    site: str
    kind: ListKind = DEFAULT_KIND
    window: str | None = None
    filters: Filters = field(default_factory=Filters)
    limit: int = DEFAULT_LIMIT


class Trending:
    """Answers with ranked lists."""

    def __init__(self, catalogue: Catalogue, lists: Lists, counts: Counts) -> None:
        self._catalogue = catalogue
        self._lists = lists
        self._counts = counts
        self._answers = Answers()

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        answer = await self._answers.get(request.query, lambda: self._make(request))
        return answer.to(request)

    async def ranked(self, question: Question) -> TrendingAnswer:
        """Return the list that is asked for. Raises what redis-py raises without any data."""
        listing = await self._lists.get(question.site, question.kind.published_as(question.window))
        catalogue = self._catalogue[question.site]
        chosen = choose(listing, catalogue, question.filters, question.limit, time.time())
        filling = [one.article.id for one in chosen if one.listed is None]
        views = dict(zip(filling, await self._counts.views(question.site, filling), strict=True))
        return TrendingAnswer(
            data=[_story(one, question.kind, views) for one in chosen],
            meta=_meta(question, listing, catalogue),
        )

    async def _make(self, request: Request) -> Answer:
        found = await self.ranked(self._question(request))
        whole = found.model_dump_json(by_alias=True, exclude_unset=True).encode()
        # The data alone: two processes may have learned of it at different moments.
        covers = found.model_dump_json(include={"data"}, exclude_unset=True).encode()
        return Answer.of(whole, _CACHE, covers=covers)

    def _question(self, request: Request) -> Question:
        given = request.parameters(PARAMETERS)
        site = site_of(given, self._catalogue)
        kind = KINDS[one_of(given, "list", KINDS) or DEFAULT_KIND.name]
        window = one_of(given, "window", dict.fromkeys(EVERY_WINDOW))
        if window is not None and window not in kind.windows:
            raise wrong("window", f"the list {kind.name} has no windows")
        within = age_of(given, "published_within")
        resolve = self._catalogue[site].resolve
        filters = Filters(
            section=word_of(given, "section"),
            tag=word_of(given, "tag"),
            author=word_of(given, "author"),
            published_since=None if within is None else time.time() - within,
            exclude=frozenset(resolve(article_id(raw, "exclude")) for raw in ids_of(request, "exclude")),
        )
        return Question(site, kind, window or kind.default_window, filters, limit_of(given))


def _story(one: Chosen, kind: ListKind, views: dict[str, int]) -> RankedStory:
    if one.listed is None:
        metrics, source = Metrics(views=views[one.article.id]), "latest"
    elif kind.windows:
        metrics = Metrics(views=one.listed.views, window_views=round(one.listed.value))
        source = kind.name
    else:
        metrics, source = Metrics(views=one.listed.views), kind.name
    return RankedStory.model_validate(
        {
            **story_fields(one.article),
            "rank": one.rank,
            "movement": one.movement,
            "metrics": metrics,
            "source": source,
        }
    )


def _meta(question: Question, listing: Listing, catalogue: SiteCatalogue) -> ListMeta:
    changed_at = max(listing.changed_at, catalogue.changed_at)
    said: dict[str, object] = {
        "site": question.site,
        "list": question.kind.name,
        "generated_at": moment(changed_at) if changed_at else None,
    }
    if question.kind.name == TRENDING:
        said["half_life"] = TRENDING_HALF_LIFE
    else:
        said["window"] = question.window
        said["from_"] = None if listing.since is None else moment(listing.since)
    return ListMeta.model_validate(said)
