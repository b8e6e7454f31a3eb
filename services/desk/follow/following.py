"""Everything that is followed, each thing in its own time, and how it went written down."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from functools import partial
from random import SystemRandom
from typing import Protocol

from services.desk.follow.feed import Feed
from services.desk.follow.fetch import Fetcher
from services.desk.follow.rest import rest
from services.desk.follow.site import Site, site_of
from services.desk.follow.trouble import Unfetched, Unreadable
from services.desk.follow.turn import Turn
from services.desk.follow.wordpress import WordPress
from shared.connection import UNAVAILABLE, Client
from shared.feed_state import FeedState, forget_others, read_states, write_state
from shared.metrics import FollowMetrics
from shared.outage import Outage
from shared.repeat import until_it_can
from shared.settings import Settings

log = logging.getLogger(__name__)

_chance = SystemRandom()

AT_ONCE = 8
"""Turns at the same time, and so answers in memory."""


class Followed(Protocol):
    """One thing that is followed."""

    url: str
    site: Site

    async def turn(self, state: FeedState) -> Turn:
        """Ask once and take what is new. Raises Unfetched, Unreadable, and what redis-py raises."""


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    wait: float = 0.0
    """Seconds that the other side asked to be left alone."""


class Following:
    """Follows all feeds of all sites."""

    def __init__(self, redis: Client, settings: Settings, metrics: FollowMetrics) -> None:
        self._redis = redis
        self._settings = settings
        self._metrics = metrics
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._fetcher = Fetcher(settings.feed_networks)
        self._unforeseen = Outage("a feed cannot be followed", "it is tried again, later and later")
        self._unwritten = Outage("how following goes is not written down")
        self._successes: dict[str, dict[str, float]] = {}
        """When each feed of a site was last read, in Unix seconds."""

    def start(self) -> list[asyncio.Task[None]]:
        """Begin, and return the tasks, which end only when they are cancelled."""
        # No group around them: one that loses a cancellation (shared/tasks.py) would keep it from ending.
        tasks = [asyncio.create_task(self._tidy(), name="forgetting old feeds")]
        for name in self._settings.sites:
            for one in self._of(name):
                tasks.append(asyncio.create_task(self._follow(one), name="following a feed"))
        return tasks

    async def stop(self) -> None:
        """Hang up, once the tasks have ended."""
        await self._fetcher.close()

    def _of(self, name: str) -> list[Followed]:
        site = site_of(self._settings, name)
        found: list[Followed] = [
            Feed(self._redis, self._fetcher, site, url) for url in self._settings.feeds_of(name)
        ]
        wordpress = self._settings.wordpress_of(name)
        if wordpress:
            interval = self._settings.feed_interval
            found.append(WordPress(self._redis, self._fetcher, site, wordpress, interval))
        return found

    async def _tidy(self) -> None:
        """Forget how following went of what is followed no more, and sleep for good."""
        for name in self._settings.sites:
            urls = frozenset(one.url for one in self._of(name))
            forget = partial(forget_others, self._redis, name, urls)
            await until_it_can(f"old feeds of {name} are not forgotten", forget)
        await asyncio.Event().wait()

    async def _before(self, one: Followed) -> FeedState:
        """Return how far following had come; a Redis that is away is waited for."""
        read = partial(read_states, self._redis, one.site.name)
        states = await until_it_can(f"{one.url} is not followed", read)
        return states.get(one.url, FeedState(one.url))

    async def _follow(self, one: Followed) -> None:
        failures, state = 0, await self._before(one)
        self._succeeded(one, state)
        while True:
            async with self._turns:
                began, before = time.time(), state
                found = await self._attempt(one, state)
            self._metrics.seconds.observe(time.time() - began)
            if isinstance(found, _Failure):
                failures, state = failures + 1, replace(state, last_try_at=began, last_error=found.reason)
                pause = rest(self._settings.feed_interval, failures=failures, asked=found.wait)
            else:
                failures, state = 0, replace(found.state, last_try_at=began)
                pause = rest(self._settings.feed_interval, soon=found.soon)
                self._metrics.entries.labels("stored").inc(found.taken.stored)
                self._metrics.entries.labels("refused").inc(len(found.taken.refused))
                self._succeeded(one, state)
            self._metrics.turns.labels("failed" if failures else "done").inc()
            await self._note(one, before, state)
            await asyncio.sleep(pause * _chance.uniform(0.9, 1.0))

    def _succeeded(self, one: Followed, state: FeedState) -> None:
        successes = self._successes.setdefault(one.site.name, {})
        successes[one.url] = state.last_success_at
        self._metrics.success.labels(one.site.name).set(min(successes.values()))

    async def _attempt(self, one: Followed, state: FeedState) -> Turn | _Failure:
        try:
            return await one.turn(state)
        except (Unfetched, Unreadable) as error:
            return _Failure(str(error), error.wait if isinstance(error, Unfetched) else 0.0)
        except UNAVAILABLE as error:
            return _Failure(f"Redis takes no change of the catalogue: {error}")
        except Exception as error:  # one that nobody thought of must not end this feed's following for good
            self._unforeseen.failed(error, unforeseen=True)
            return _Failure("this is our fault; it has been logged")

    async def _note(self, one: Followed, before: FeedState, state: FeedState) -> None:
        if state.last_error != before.last_error:
            log.warning("%s: %s", one.url, state.last_error or "all is well again")
        try:
            await write_state(self._redis, one.site.name, state)
        except UNAVAILABLE as error:
            self._unwritten.failed(error)
        else:
            self._unwritten.well()
