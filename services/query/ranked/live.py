"""GET /v1/trending/live: a ranked list, and again whenever it has changed, as server-sent events."""

import asyncio
from random import SystemRandom

from services.query.ranked.question import Question, read_question
from services.query.ranked.trending import Trending
from services.query.ranked.watch import BEAT, Watch
from shared.catalogue import Catalogue
from shared.http import Header, Request
from shared.metrics import QueryMetrics
from shared.problem import Kind, Problem
from shared.settings import Settings
from shared.stream import Line, Slow, Stream
from shared.tasks import end

CONTENT_TYPE = "text/event-stream"
_HEADERS: tuple[Header, ...] = (
    (b"content-type", CONTENT_TYPE.encode()),
    (b"cache-control", b"no-cache"),
    # nginx would keep frames until it has a buffer full of them.
    (b"x-accel-buffering", b"no"),
)

LOOK_EVERY = 1.0
"""Seconds between two looks at one question."""

LOOKS = 100
"""Looks a second over all questions; beyond them each is looked at less often."""

_chance = SystemRandom()
_RETRY_MS = (2_000, 7_000)
"""When a browser whose connection was ended comes back: not all of them in one instant."""


class Live:
    """Answers with lists that go on."""

    def __init__(
        self, settings: Settings, catalogue: Catalogue, trending: Trending, metrics: QueryMetrics
    ) -> None:
        self._limit = settings.live_listeners
        self._heartbeat = settings.live_heartbeat
        self._patience = settings.live_patience
        self._catalogue = catalogue
        self._trending = trending
        self._metrics = metrics
        self._watches: dict[Question, Watch] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self._open = 0

    async def answer(self, request: Request) -> Stream:
        """Answer one request. Raises Problem for a wrong question, or when too many listen."""
        question = read_question(request, self._catalogue)
        if self._open >= self._limit:
            raise Problem(Kind.TOO_MANY_LISTENERS, f"{self._limit} listen to this process already")
        known = _etag(request.header(b"last-event-id"))

        async def play(line: Line) -> None:
            await self._play(question, known, line)

        self._count(+1)
        return Stream(200, _HEADERS, play, lambda: self._count(-1), self._patience)

    async def stop(self) -> None:
        """End what still looks."""
        await end(self._looking)

    async def _play(self, question: Question, known: bytes | None, line: Line) -> None:
        news = asyncio.Event()
        watch = self._join(question, news)
        try:
            await line.send(b"retry: %d\n\n" % _chance.uniform(*_RETRY_MS))
            beats = watch.beats
            while True:
                news.clear()
                if watch.etag is not None and watch.etag != known:
                    known = watch.etag
                    await line.send(watch.frame)
                    self._metrics.live_frames.inc()
                elif watch.beats != beats:
                    beats = watch.beats
                    await line.send(BEAT)
                else:
                    await news.wait()
        except Slow:
            self._metrics.live_dropped.inc()
            raise
        finally:
            self._leave(question, watch, news)

    def _join(self, question: Question, news: asyncio.Event) -> Watch:
        watch = self._watches.get(question)
        if watch is None:
            watch = Watch(lambda: self._trending.render(question), self._pause, self._heartbeat)
            self._watches[question] = watch
            self._looking.add(watch.task)
            watch.task.add_done_callback(self._looking.discard)
        watch.listeners[news] = None
        return watch

    def _leave(self, question: Question, watch: Watch, news: asyncio.Event) -> None:
        del watch.listeners[news]
        if not watch.listeners:
            del self._watches[question]
            watch.task.cancel()

    def _pause(self) -> float:
        return max(LOOK_EVERY, len(self._watches) / LOOKS)

    def _count(self, more: int) -> None:
        self._open += more
        self._metrics.live_connections.set(self._open)


def _etag(given: bytes | None) -> bytes | None:
    """Return the ETag that a Last-Event-ID names, however it was quoted; None without one."""
    return None if given is None else b'"%s"' % given.strip().removeprefix(b"W/").strip(b'"')
