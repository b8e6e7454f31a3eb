"""GET /v1/traffic: the views of a whole site by hour."""

import time

from services.query.answers import Answers
from services.query.models import HourViews, TrafficAnswer, moment
from services.query.newsroom.access import Newsroom
from services.query.newsroom.spans import BY_HOUR, Span
from services.query.parameters import moment_of, site_of, wrong
from services.query.read.site_hours import SiteHours
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.hours import HOUR, hour_start, hours_between
from shared.http import Request, Response

PARAMETERS = ("site", "from", "to")


class Traffic:
    """Answers with the views of a site."""

    def __init__(self, newsroom: Newsroom, catalogue: Catalogue, hours: SiteHours) -> None:
        self._newsroom = newsroom
        self._catalogue = catalogue
        self._hours = hours
        self._answers = Answers(admit=newsroom.admit)

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        given = request.parameters(PARAMETERS)
        site = site_of(given, self._catalogue)
        span = Span.asked(moment_of(given, "from"), moment_of(given, "to"), time.time())
        if span.end - span.start > BY_HOUR:
            raise wrong("from", "at most 8 days before `to`")
        stamps = hours_between(span.start, span.end)
        views = await self._hours.views(site, stamps)
        found = TrafficAnswer(
            site=site,
            from_=moment(hour_start(stamps[0])),
            to=moment(hour_start(stamps[-1]) + HOUR),
            views=sum(views),
            hours=[
                HourViews(hour=moment(hour_start(s)), views=v) for s, v in zip(stamps, views, strict=True)
            ],
        )
        return Answer.of(found.model_dump_json(by_alias=True).encode(), self._newsroom.headers)
