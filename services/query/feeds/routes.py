"""GET /v1/trending.rss, GET /v1/trending.json-feed: ranked lists as feeds."""

from collections.abc import Callable, Iterable

from services.query.answers import Answers
from services.query.feeds import json_feed, rss
from services.query.feeds.channel import Channel
from services.query.models import RankedStory
from services.query.ranked.question import read_question
from services.query.ranked.trending import Trending, cache_of
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.http import Request, Response

Writer = Callable[[Channel, Iterable[RankedStory]], bytes]


class Feeds:
    """Answers with lists in one format of feeds."""

    def __init__(
        self, address: str, content_type: str, write: Writer, catalogue: Catalogue, trending: Trending
    ) -> None:
        """`address` is where readers find the feed, without its query string."""
        self._address = address
        self._content_type = (b"content-type", content_type.encode())
        self._write = write
        self._catalogue = catalogue
        self._trending = trending
        self._answers = Answers()

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        question = read_question(request, self._catalogue)
        found = await self._trending.ranked(question)
        channel = Channel.of(question, self._address, request.query)
        return Answer.of(self._write(channel, found.data), cache_of(found), content_type=self._content_type)


RSS_PATH = "/v1/trending.rss"
JSON_PATH = "/v1/trending.json-feed"


def feeds(address: str, catalogue: Catalogue, trending: Trending) -> dict[str, Feeds]:
    """Return what answers each path; `address` is where readers reach this service."""
    formats = {
        RSS_PATH: (rss.CONTENT_TYPE, rss.rss),
        JSON_PATH: (json_feed.CONTENT_TYPE, json_feed.json_feed),
    }
    return {
        path: Feeds(address + path, content_type, write, catalogue, trending)
        for path, (content_type, write) in formats.items()
    }
