"""GET /v1/board: everything the newsroom's board shows, now or as it was, in one answer."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from services.query.answers import Answers
from services.query.models import (
    BoardAnswer,
    BoardArrivals,
    BoardRow,
    BoardTraffic,
    HourViews,
    RankedStory,
    TrendingAnswer,
    moment,
)
from services.query.newsroom.access import Newsroom
from services.query.newsroom.advice import advise
from services.query.newsroom.offers import Offers, offers_of
from services.query.newsroom.pace import views_per_hour
from services.query.newsroom.standing import followed_feeds, standing_overrides
from services.query.parameters import moment_of
from services.query.ranked.past import PastLists, within_history
from services.query.ranked.question import PARAMETERS as ASKED
from services.query.ranked.question import Question, read_question
from services.query.ranked.selection import Filters, choose
from services.query.ranked.trending import Trending
from services.query.read.lists import Lists
from services.query.read.partitions import Partitions
from services.query.read.row_hours import RowHours
from services.query.read.site_hours import SiteHours
from shared import keys
from shared.answer import Answer
from shared.arrivals import read_arrivals
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.counts import read_counts
from shared.feed_state import read_states
from shared.hours import HOUR, floor_hour, hour_start, hours_between
from shared.http import Request, Response
from shared.listing import DEPTH

OWN = ("at",)
PARAMETERS = (*ASKED, *OWN)

HOURS = 24
"""Hours shown, the one of the moment last."""

_AT_ONCE = 4
"""Boards read from Redis at the same time; further ones wait."""


class BoardNumbers:
    """Answers with rows, traffic, arrivals, and what the filters can offer."""

    def __init__(
        self,
        newsroom: Newsroom,
        redis: Client,
        catalogue: Catalogue,
        *,
        lists: Lists,
        trending: Trending,
        past: PastLists,
        partitions: Partitions,
        hours: SiteHours,
        desk_url: str | None = None,
    ) -> None:
        """`desk_url` is where the desk's page is, as far as it was told."""
        self._newsroom = newsroom
        self._redis = redis
        self._catalogue = catalogue
        self._lists = lists
        self._trending = trending
        self._past = past
        self._partitions = partitions
        self._hours = hours
        self._desk_url = desk_url
        self._row_hours = RowHours(redis, partitions)
        self._answers = Answers(admit=newsroom.admit)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        question = read_question(request, self._catalogue, OWN)
        at = moment_of(request.parameters(PARAMETERS), "at")
        now = time.time()
        async with self._turns:
            if at is None:
                found = await self._board(question, now)
            else:
                found = await self._past_board(question, within_history("at", at, now), now)
        whole = found.model_dump_json(by_alias=True, exclude_unset=True).encode()
        # Without its meta, as in /v1/trending: two processes may have learned of it at different moments.
        covers = found.model_dump_json(by_alias=True, exclude={"meta"}, exclude_unset=True).encode()
        return Answer.of(whole, self._newsroom.headers, covers=covers)

    async def _board(self, question: Question, now: float) -> BoardAnswer:
        ranked = await self._trending.ranked(question)
        found = await self._around(question, ranked, now, now)
        overrides = standing_overrides(self._catalogue[question.site], now)
        return BoardAnswer(**found, overrides=overrides)

    async def _past_board(self, question: Question, at: float, now: float) -> BoardAnswer:
        return BoardAnswer(**await self._around(question, await self._past.ranked(question, at), at, now))

    async def _around(
        self, question: Question, ranked: TrendingAnswer, at: float, now: float
    ) -> dict[str, Any]:
        """Return everything about a list that was so at a moment; what the filters offer is that of now."""
        stamps = hours_between(floor_hour(at) - (HOURS - 1) * HOUR, floor_hour(at) + HOUR)
        offers = await self._offers(question, now)
        return {
            "data": await self._rows(question.site, ranked.data, stamps, at, now),
            "traffic": _traffic(stamps, await self._hours.views(question.site, stamps), at, now),
            "arrivals": await self._arrivals(question.site, now),
            "sections": offers.sections,
            "tags": offers.tags,
            "authors": offers.authors,
            "feeds": followed_feeds(await read_states(self._redis, question.site)),
            "desk_url": self._desk_url,
            "meta": ranked.meta,
        }

    async def _rows(
        self, site: str, stories: Sequence[RankedStory], stamps: Sequence[str], at: float, now: float
    ) -> list[BoardRow]:
        ids = [story.id for story in stories]
        partitions = await self._partitions.ever()
        readers = await read_counts(self._redis, partitions, [(site, one) for one in ids], keys.readers)
        hours = await self._row_hours.views(site, ids, stamps)
        return [
            BoardRow.model_validate(
                {
                    # What does not apply to a story was left out of it, and stays so.
                    **{name: getattr(story, name) for name in story.model_fields_set},
                    # The views are those of the list, a second older; more readers than views would puzzle.
                    "reader_days": min(readers[site, story.id], story.metrics.views),
                    "views_per_hour": views_per_hour(hours[story.id], at, now),
                    "hours": hours[story.id],
                }
            )
            for story in stories
        ]

    async def _arrivals(self, site: str, now: float) -> BoardArrivals:
        arrived = await read_arrivals(self._redis, site, now)
        return BoardArrivals(
            last_view_at=None if arrived.last_ms is None else moment(arrived.last_ms // 1000),
            accepted=arrived.accepted,
            dropped=dict(arrived.dropped),
            refused=dict(arrived.refused),
            foreign_origins=dict(arrived.origins),
            advice=advise(arrived, now, catalogued=bool(self._catalogue[site].articles)),
        )

    async def _offers(self, question: Question, now: float) -> Offers:
        """Return what can be filtered for: of the whole list, filled up as it is without filters."""
        listing = await self._lists.get(question.site, question.kind.published_as(question.window))
        chosen = choose(listing, self._catalogue[question.site], Filters(), DEPTH, now)
        return offers_of(one.article for one in chosen)


def _traffic(stamps: Sequence[str], views: Sequence[int], at: float, now: float) -> BoardTraffic:
    return BoardTraffic(
        from_=moment(hour_start(stamps[0])),
        to=moment(hour_start(stamps[-1]) + HOUR),
        views=sum(views),
        views_per_hour=views_per_hour(views, at, now),
        hours=[
            HourViews(hour=moment(hour_start(stamp)), views=one)
            for stamp, one in zip(stamps, views, strict=True)
        ],
    )
