"""One WordPress: its whole archive once, newest first, and its changes for ever, over its REST API.

Both are sweeps over posts by falling number, a page in a turn, so that
neither a desk that starts again nor a post that comes in between loses the
place. A post that is deleted meanwhile moves the others up, so pages overlap.
"""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.desk.follow import wp_api, wp_post
from services.desk.follow.document import Source, collected
from services.desk.follow.fetch import Fetcher
from services.desk.follow.site import Site
from services.desk.follow.taking import Taken, take
from services.desk.follow.turn import Turn, complaint
from services.desk.follow.wp_api import Posts
from shared.connection import Client
from shared.feed_state import FeedState

OVERLAP = 10
"""Posts of a page that come again with the next one."""

MOST = 100_000
"""Posts of an archive that are filled in."""

NEWEST_EVERY = 600.0
"""Seconds after which the last posts are read although they have not changed."""

BEHIND = timedelta(minutes=1)
"""How far behind the last change the next look for changes begins: what was being saved is seen then."""

_FIRST_LOOK = timedelta(days=1)


class WordPress:
    """Follows one WordPress of one site."""

    def __init__(self, redis: Client, fetcher: Fetcher, site: Site, url: str, interval: float) -> None:
        """`interval` is how often its changes are looked for, in seconds."""
        self._redis = redis
        self._posts = Posts(fetcher, site, url)
        self._interval = interval
        self.site = site
        self.url = url

    async def turn(self, state: FeedState) -> Turn:
        """Read a page of changes when it is time for them, else one of the archive.

        Raises Unfetched, Unreadable, and what redis-py raises.
        """
        now = time.time()
        memory = dict(state.memory)
        memory.setdefault("since", (datetime.fromtimestamp(now, UTC) - _FIRST_LOOK).isoformat())
        if now - float(memory.get("looked_at", 0)) >= self._interval * 0.9:
            return await self._changes(state, memory, now)
        if memory.get("archive") != "done":
            return await self._archive(state, memory, now)
        if now - float(memory.get("newest_at", 0)) >= NEWEST_EVERY:
            return await self._newest(state, memory, now)
        return Turn(state, Taken())

    async def _changes(self, state: FeedState, memory: dict[str, str], now: float) -> Turn:
        offset = int(memory.get("changes", 0))
        posts = await self._posts.page(memory, offset, modified_after=memory["since"])
        taken = await self._take(posts, now)
        newest = max([memory.get("newest", ""), *(wp_post.modified(post) for post in posts)])
        memory["newest"] = newest
        if len(posts) < wp_api.PAGE:
            memory.update(changes="0", looked_at=str(now), since=_before(newest, memory["since"], now))
        else:
            memory["changes"] = str(offset + wp_api.PAGE - OVERLAP)
        wrong = complaint(taken.refused, len(posts)) or memory.get("complaint", "")
        changed = replace(state, last_success_at=now, last_error=wrong, memory=memory)
        more = len(posts) == wp_api.PAGE or memory.get("archive") != "done"
        return Turn(changed, taken, soon=more or now - float(memory.get("newest_at", 0)) >= NEWEST_EVERY)

    async def _newest(self, state: FeedState, memory: dict[str, str], now: float) -> Turn:
        """Read the last posts by number: one that a program put in with an old date has not changed since."""
        posts = await self._posts.page(memory, 0)
        taken = await self._take(posts, now)
        memory["newest_at"] = str(now)
        wrong = complaint(taken.refused, len(posts)) or memory.get("complaint", "")
        return Turn(replace(state, last_success_at=now, last_error=wrong, memory=memory), taken)

    async def _archive(self, state: FeedState, memory: dict[str, str], now: float) -> Turn:
        offset = int(memory.get("archive", 0))
        posts = await self._posts.page(memory, offset)
        taken = await self._take(posts, now)
        ended = len(posts) < wp_api.PAGE or offset + wp_api.PAGE >= MOST
        memory["archive"] = "done" if ended else str(offset + wp_api.PAGE - OVERLAP)
        if not offset:
            memory["newest_at"] = str(now)
        articles = state.articles + len(posts) - (OVERLAP if offset else 0)
        if taken.refused:
            # It is passed only once, so what is wrong with it is told for good.
            memory["complaint"] = f"a page of the archive: {complaint(taken.refused, len(posts))}"
        wrong = memory.get("complaint", "")
        return Turn(FeedState(self.url, now, now, wrong, articles, memory), taken, soon=True)

    async def _take(self, posts: list[Any], now: float) -> Taken:
        place = self.site.place(self.url, now)
        sources: list[Source] = [(post, None) for post in posts]
        document = await asyncio.to_thread(collected, "post", sources, wp_post.read, place)
        by = f"WordPress {self.url}"
        taken = await take(self._redis, self.site.name, document.entries, self.site.query_keys, by=by)
        return Taken(taken.stored, taken.unchanged, document.unfit + taken.refused)


def _before(newest: str, since: str, now: float) -> str:
    """Return from when on to look for changes next; a change of the future is taken for one of now."""
    try:
        last = min(datetime.fromisoformat(newest), datetime.fromtimestamp(now, UTC))
    except ValueError:
        return since
    return (last - BEHIND).isoformat()
