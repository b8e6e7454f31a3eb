"""GET /v1/article/history: an article's ranks over time."""

import asyncio
import time

from services.query.answers import Answers
from services.query.models import ArticleHistoryAnswer, RankThen, moment
from services.query.newsroom.access import Newsroom
from services.query.parameters import article_of, moment_of, site_of, wrong
from services.query.ranked.past import within_history
from services.query.ranked.question import list_of
from shared import history
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.history import Snapshot
from shared.hours import DAY
from shared.http import Request, Response
from shared.override import arranged

PARAMETERS = ("site", "id", "list", "window", "from", "to")

MOST_POINTS = 360
STEPS = (60, 120, 300, 600, 900, 1_800, 3_600)
"""Seconds between two points: the least of these that makes no more than MOST_POINTS of them."""

_AT_ONCE = 4
"""Histories read from Redis at the same time; further ones wait."""


class ArticleHistory:
    """Answers with the ranks of one article at evenly spaced moments."""

    def __init__(self, newsroom: Newsroom, redis: Client, catalogue: Catalogue) -> None:
        self._newsroom = newsroom
        self._redis = redis
        self._catalogue = catalogue
        self._answers = Answers(admit=newsroom.admit)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        given = request.parameters(PARAMETERS)
        site = site_of(given, self._catalogue)
        found = article_of(given, self._catalogue[site])
        kind, window = list_of(given)
        now = time.time()
        end = within_history("to", moment_of(given, "to") or now, now)
        start = moment_of(given, "from")
        start = (
            max(end - DAY, now - history.RETENTION) if start is None else within_history("from", start, now)
        )
        if start >= end:
            raise wrong("from", "it must lie before `to`")
        step = step_of(start, end)
        moments = list(range(-int(-start // step) * step, int(end) + 1, step))
        async with self._turns:
            name = kind.published_as(window)
            snapshots = await history.at_each(self._redis, site, name, moments)
        points = [
            _point(t, found, snapshot)
            for t, snapshot in zip(moments, snapshots, strict=True)
            if snapshot is not None
        ]
        said = {"id": found, "list": kind.name, "from_": moment(start), "to": moment(end), "step": step}
        body = ArticleHistoryAnswer.model_validate(
            {**said, "points": points, **({} if window is None else {"window": window})}
        )
        return Answer.of(
            body.model_dump_json(by_alias=True, exclude_unset=True).encode(), self._newsroom.headers
        )


def step_of(start: float, end: float) -> int:
    """Return the seconds between two points of a range."""
    return next((step for step in STEPS if (end - start) / step < MOST_POINTS), STEPS[-1])


def _point(t: int, article: str, snapshot: Snapshot) -> RankThen:
    values = dict(snapshot.entries)
    pinned = {i for _, i in snapshot.placed.pins}
    order = arranged((i for i in values if i not in pinned), snapshot.placed.pins)
    rank = next((rank for rank, i in enumerate(order, start=1) if i == article), None)
    return RankThen(at=moment(t), rank=rank, value=values.get(article))
