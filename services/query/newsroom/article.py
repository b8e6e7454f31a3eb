"""GET /v1/article: what the newsroom asks about one article."""

import asyncio
import time

from services.query.answers import Answers
from services.query.models import ArticleAnswer, DayViews, HourViews, Story, moment, story_fields
from services.query.newsroom.access import Newsroom
from services.query.newsroom.explain import Explainer
from services.query.newsroom.spans import Span, tell
from services.query.newsroom.why import Why
from services.query.parameters import article_of, moment_of, site_of
from services.query.read.partitions import Partitions
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.http import Request, Response
from shared.listing import NAMES

PARAMETERS = ("site", "id", "from", "to")
_AT_ONCE = 8
"""Articles read from Redis at the same time; further ones wait."""


class ArticleReport:
    """Answers with the views of one article by hour, and why it stands where it stands."""

    def __init__(
        self,
        newsroom: Newsroom,
        redis: Client,
        catalogue: Catalogue,
        partitions: Partitions,
        explainer: Explainer,
    ) -> None:
        self._redis = redis
        self._catalogue = catalogue
        self._partitions = partitions
        self._explainer = explainer
        self._newsroom = newsroom
        self._answers = Answers(admit=newsroom.admit)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        given = request.parameters(PARAMETERS)
        site = site_of(given, self._catalogue)
        found = article_of(given, self._catalogue[site])
        span = Span.asked(moment_of(given, "from"), moment_of(given, "to"), time.time())
        async with self._turns:
            report = await self._report(site, found, span)
        body = report.model_dump_json(by_alias=True, exclude_unset=True).encode()
        return Answer.of(body, self._newsroom.headers)

    async def _report(self, site: str, found: str, span: Span) -> ArticleAnswer:
        partitions = await self._partitions.ever()
        told = await tell(self._redis, partitions, site, found, span)
        why = (await self._explainer.why(site, [found], NAMES))[found]
        article = self._catalogue[site].articles.get(found)
        return ArticleAnswer(
            id=found,
            article=None if article is None else Story.model_validate(story_fields(article)),
            from_=moment(told.start),
            to=moment(told.end),
            range_views=told.views,
            hours=[HourViews(hour=moment(start), views=views) for start, views in told.hours],
            days=[DayViews(day=moment(start).date(), views=views) for start, views in told.days],
            **{name: getattr(why, name) for name in Why.model_fields},
        )
