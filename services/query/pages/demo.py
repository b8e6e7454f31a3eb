"""The demo: the catalogue as a small news site, with counts and lists where a site would have them."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from services.query.answers import STALE, Answers
from services.query.models import RankedStory
from services.query.pages.ap_time import ap_date, ap_time
from services.query.parameters import article_of, site_of
from services.query.ranked.kinds import KINDS
from services.query.ranked.question import Question
from services.query.ranked.trending import Trending
from services.query.read.counts import Counts
from shared.answer import Answer
from shared.article import Article
from shared.catalogue import Catalogue
from shared.html import Html, Page
from shared.http import HTML, Header, Request, Response
from shared.problem import Kind, Problem
from shared.settings import Settings

_CACHE: tuple[Header, ...] = ((b"cache-control", b"no-cache"),)
_FRONT_CARDS = 12
_OTHER_CARDS = 6


@dataclass(frozen=True)
class Card:
    """An article as the pages show it: its address within the demo, its time, its count."""

    article: Article | RankedStory
    href: str
    time: str
    views: int


class DemoPages:
    """Answers with the front page and the article page."""

    def __init__(
        self, settings: Settings, catalogue: Catalogue, counts: Counts, trending: Trending, html: Html
    ) -> None:
        self._sites = settings.sites
        self._catalogue = catalogue
        self._counts = counts
        self._trending = trending
        self._front_page = html.page("front.html", "look.css", scripts=True, pictures=True)
        self._story_page = html.page("article.html", "look.css", scripts=True, pictures=True)
        self._fronts = Answers()
        self._stories = Answers()

    async def front(self, request: Request) -> Response:
        """Answer with the front page. Raises Problem, and what redis-py raises without any data."""
        return await self._fronts.reply(request, self._front)

    async def story(self, request: Request) -> Response:
        """Answer with the page of an article. Raises as `front` does."""
        return await self._stories.reply(request, self._story)

    async def _front(self, request: Request) -> Answer:
        site = self._site(request.parameters(("site",)))
        cards = await self._cards(site, self._catalogue[site].newest(time.time())[: _FRONT_CARDS + 1])
        return await self._page(self._front_page, site, cards=cards)

    async def _story(self, request: Request) -> Answer:
        given = request.parameters(("site", "id"))
        site = self._site(given)
        catalogue = self._catalogue[site]
        article = catalogue.articles.get(article_of(given, catalogue))
        if article is None:
            raise Problem(Kind.UNKNOWN_ARTICLE)
        others = [
            other for other in catalogue.newest(time.time())[: _OTHER_CARDS + 1] if other is not article
        ]
        story, *cards = await self._cards(site, [article, *others[:_OTHER_CARDS]])
        return await self._page(self._story_page, site, story=story, cards=cards)

    async def _page(self, page: Page, site: str, **values: object) -> Answer:
        trending = await self._trending.ranked(Question(site, limit=8))
        most_read = await self._trending.ranked(Question(site, KINDS["most-read"], "24h", limit=5))
        body = page.render(
            site=site,
            home="./?" + urlencode({"site": site}),
            today=ap_date(datetime.now(UTC).astimezone(self._zone(site))),
            trending=self._listed(site, trending.data),
            most_read=self._listed(site, most_read.data),
            **values,
        )
        stale = STALE if trending.meta.stale or most_read.meta.stale else ()
        return Answer.of(body, (*page.headers, *_CACHE, *stale), content_type=HTML)

    def _site(self, given: dict[str, str]) -> str:
        if "site" not in given and self._sites:
            return next(iter(self._sites))
        return site_of(given, self._sites)

    async def _cards(self, site: str, articles: Sequence[Article]) -> list[Card]:
        views = await self._counts.views(site, [article.id for article in articles])
        return [self._card(site, one, count) for one, count in zip(articles, views, strict=True)]

    def _listed(self, site: str, stories: Iterable[RankedStory]) -> list[Card]:
        return [self._card(site, story, story.metrics.views) for story in stories]

    def _card(self, site: str, article: Article | RankedStory, views: int) -> Card:
        href = "article?" + urlencode({"site": site, "id": article.id})
        return Card(article, href, ap_time(article.published_at.astimezone(self._zone(site))), views)

    def _zone(self, site: str) -> ZoneInfo:
        return ZoneInfo(self._sites[site].time_zone)
