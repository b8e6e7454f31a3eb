"""GET /v1/trending as the newsroom may ask it too: with reasons (`explain`), or as it was (`at`)."""

import asyncio
import time

from services.query.answers import Answers
from services.query.models import RankedStory, TrendingAnswer
from services.query.newsroom.access import Newsroom
from services.query.newsroom.explain import Explainer
from services.query.parameters import moment_of, one_of, wrong
from services.query.ranked.past import PastLists, within_history
from services.query.ranked.question import PARAMETERS as ASKED
from services.query.ranked.question import Question, read_question
from services.query.ranked.trending import Trending
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.http import Request, Response

OWN = ("at", "explain")
PARAMETERS = (*ASKED, *OWN)

_AT_ONCE = 4
"""Answers read from Redis at the same time; further ones wait."""


class Insight:
    """Answers with ranked lists; what only the newsroom may ask is asked at its door."""

    def __init__(
        self,
        newsroom: Newsroom,
        catalogue: Catalogue,
        trending: Trending,
        past: PastLists,
        explainer: Explainer,
    ) -> None:
        self._newsroom = newsroom
        self._catalogue = catalogue
        self._trending = trending
        self._past = past
        self._explainer = explainer
        self._answers = Answers(admit=newsroom.admit)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        # A look at the bytes: pages ask this all the time, and never with these. Spelt in another way
        # they are refused there as unknown.
        if not (b"at=" in request.query or b"explain=" in request.query):
            return await self._trending.answer(request)
        given = request.parameters(PARAMETERS)
        if not any(name in given for name in OWN):
            return await self._trending.answer(request)
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        question = read_question(request, self._catalogue, OWN)
        given = request.parameters(PARAMETERS)
        at = moment_of(given, "at")
        explain = one_of(given, "explain", {"0": False, "1": True}) == "1"
        if at is not None and explain:
            raise wrong("explain", "reasons are those of now, so not together with `at`")
        async with self._turns:
            if at is not None:
                found = await self._past.ranked(question, within_history("at", at, time.time()))
            else:
                found = await self._trending.ranked(question)
                found = await self._explained(question, found) if explain else found
        whole = found.model_dump_json(by_alias=True, exclude_unset=True).encode()
        covers = found.model_dump_json(include={"data"}, exclude_unset=True).encode()
        return Answer.of(whole, self._newsroom.headers, covers=covers)

    async def _explained(self, question: Question, found: TrendingAnswer) -> TrendingAnswer:
        name = question.kind.published_as(question.window)
        why = await self._explainer.why(question.site, [story.id for story in found.data], [name])
        data = [
            RankedStory.model_validate(
                {**{field: getattr(story, field) for field in story.model_fields_set}, "why": why[story.id]}
            )
            for story in found.data
        ]
        return found.model_copy(update={"data": data})
