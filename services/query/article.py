"""GET /v1/article: what the newsroom asks about one article."""

import asyncio
import time

from services.query.answers import Answers
from services.query.lists import Lists
from services.query.models import ArticleAnswer, DayViews, HourViews, Story, moment, story_fields
from services.query.newsroom import Newsroom
from services.query.parameters import article_id, moment_of, site_of, wrong
from services.query.partitions import Partitions
from services.query.selection import rank_of
from services.query.spans import Span, tell
from shared import keys
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.counts import read_counts
from shared.decay import HALF_LIVES, Decay
from shared.http import Request, Response
from shared.listing import NAMES
from shared.settings import Settings

PARAMETERS = ("site", "id", "from", "to")
_AT_ONCE = 8
"""Articles read from Redis at the same time; further ones wait."""


class ArticleReport:
    """Answers with views, reader-days, hours, weights and ranks of one article."""

    def __init__(
        self, settings: Settings, redis: Client, catalogue: Catalogue, lists: Lists, partitions: Partitions
    ) -> None:
        self._redis = redis
        self._catalogue = catalogue
        self._lists = lists
        self._partitions = partitions
        self._newsroom = Newsroom(settings)
        self._answers = Answers()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises."""
        self._newsroom.admit(request)
        answer = await self._answers.get(request.query, lambda: self._make(request))
        return answer.to(request)

    async def _make(self, request: Request) -> Answer:
        given = request.parameters(PARAMETERS)
        site = site_of(given, self._catalogue)
        if not given.get("id"):
            raise wrong("id", "it must be given")
        found = self._catalogue[site].resolve(article_id(given["id"], "id"))
        span = Span.asked(moment_of(given, "from"), moment_of(given, "to"), time.time())
        async with self._turns:
            report = await self._report(site, found, span)
        body = report.model_dump_json(by_alias=True).encode()
        return Answer.of(body, self._newsroom.headers)

    async def _report(self, site: str, found: str, span: Span) -> ArticleAnswer:
        partitions = await self._partitions.ever()
        pair = (site, found)
        told = await tell(self._redis, partitions, site, found, span)
        article = self._catalogue[site].articles.get(found)
        return ArticleAnswer(
            id=found,
            article=None if article is None else Story.model_validate(story_fields(article)),
            views=(await read_counts(self._redis, partitions, [pair]))[pair],
            reader_days=(await read_counts(self._redis, partitions, [pair], keys.readers))[pair],
            from_=moment(told.start),
            to=moment(told.end),
            range_views=told.views,
            hours=[HourViews(hour=moment(start), views=views) for start, views in told.hours],
            days=[DayViews(day=moment(start).date(), views=views) for start, views in told.days],
            weights=await self._weights(partitions, site, found),
            ranks={
                name: rank_of(found, await self._lists.get(site, name), self._catalogue[site])
                for name in NAMES
            },
        )

    async def _weights(self, partitions: int, site: str, found: str) -> dict[str, float]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for half_life in HALF_LIVES:
                for p in range(partitions):
                    pipe.zscore(keys.board(p, site, half_life), found)
            scores = iter(await pipe.execute())
        now = time.time()
        weights = {}
        for half_life, seconds in HALF_LIVES.items():
            parts = [next(scores) for _ in range(partitions)]
            decay = Decay(seconds)
            weights[half_life] = round(sum(decay.weight(s, now) for s in parts if s is not None), 4)
        return weights
