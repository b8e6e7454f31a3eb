"""Readers that never give up: every event is sent until it was taken."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

import httpx

from shared.tasks import end
from tests.chaos.lag import Lag
from tests.chaos.stage import BATCH_KEY
from tests.entries import SITE
from tests.waiting import wait_until

ARTICLES = 40
ANSWER = 1.0
"""Seconds in which a collector answers, whatever is the matter with Redis."""

_AT_ONCE = 25
_PAUSE = 0.03
"""Seconds after a batch that was not taken."""

Event = dict[str, str]


class Load:
    """Sends distinct events in batches to one collector, as one server would."""

    def __init__(
        self, url: str, *, identified: bool = True, patient: bool = True, pace: float = 0.05
    ) -> None:
        """Each event has an event id and a visitor of its own when it is `identified`.

        `pace` is the seconds between two batches while they flow, of each of two senders.
        Without patience a batch that was not taken is not sent again, though
        it counts as sent: that is the careless client of a negative control.
        """
        self._url = f"{url}/v1/views/batch"
        self._identified = identified
        self._patient = patient
        self._pace = pace
        # A connection each: the next attempt may meet another process.
        self._http = httpx.AsyncClient(
            timeout=10, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._numbers = count()
        self._chance = random.Random(1)
        self._pages = count(1)
        self._lag = Lag()
        self.page = ""
        """What the articles of new events begin with."""
        self.sent = 0
        """Events that were taken."""
        self.refused = 0
        """Batches that were not taken when they were sent."""
        self.slowest = 0.0
        """Seconds to the slowest answer, less what this process itself was late meanwhile."""
        self.late = 0
        """Answers that took longer than ANSWER, reckoned so."""

    def events(self, number: int) -> list[Event]:
        """Return so many events that there were not before."""
        made = []
        for n in (next(self._numbers) for _ in range(number)):
            event = {"site": SITE, "article": f"{self.page}/story-{self._chance.randrange(ARTICLES)}"}
            if self._identified:
                event |= {"event_id": f"event-{n}", "visitor": f"reader-{n}"}
            made.append(event)
        return made

    async def send(self, events: Sequence[Event]) -> int:
        """Return once the events were taken, with how often they had not been."""
        refused = 0
        while True:
            began, lag = time.monotonic(), self._lag.so_far
            try:
                answer = await self._http.post(
                    self._url, json=events, headers={"authorization": f"Bearer {BATCH_KEY}"}
                )
                self._answered(began, lag)
                if answer.status_code == 202:
                    assert answer.json() == {"accepted": len(events), "dropped": 0, "errors": []}
                    break
                assert answer.status_code == 503, answer.text
                assert "retry-after" in answer.headers
            except httpx.TimeoutException:
                self._answered(began, lag)
            except httpx.TransportError:
                pass
            refused += 1
            self.refused += 1
            if not self._patient:
                break
            await asyncio.sleep(_PAUSE)
        self.sent += len(events)
        return refused

    def _answered(self, began: float, lag: float) -> None:
        took = time.monotonic() - began - (self._lag.so_far - lag)
        self.slowest = max(self.slowest, took)
        self.late += took > ANSWER

    def begin_row(self) -> None:
        """Forget how the readers fared before."""
        self.slowest, self.late, self.refused = 0.0, 0, 0

    def turn_page(self) -> str:
        """Give all events made from now on articles of their own; return what those begin with."""
        self.page = f"/after-{next(self._pages)}"
        return self.page

    async def send_all(self, number: int) -> None:
        """Send so many new events."""
        for _ in range(0, number, _AT_ONCE):
            await self.send(self.events(min(_AT_ONCE, number)))

    @asynccontextmanager
    async def flowing(self, at_least: int) -> AsyncIterator[None]:
        """Send without an end meanwhile; afterwards as many as are missing from `at_least`."""
        stop = asyncio.Event()

        async def flow() -> None:
            while not stop.is_set():
                await self.send(self.events(_AT_ONCE))
                await asyncio.sleep(self._pace)

        flowing = [asyncio.create_task(flow(), name="load") for _ in range(2)]
        try:
            async with self._lag.watched():
                yield
                stop.set()
                await asyncio.gather(*flowing)
        finally:
            await end(flowing)
        await self.send_all(max(0, at_least - self.sent))

    async def some(self, more: int = 2 * _AT_ONCE) -> None:
        """Return once so many more events were taken, while they flow."""
        goal = self.sent + more
        await self.until(lambda: self.sent >= goal)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once a condition of this load holds."""
        await wait_until(condition, "views flow", 60)
