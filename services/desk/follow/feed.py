"""One feed or news sitemap: asked again and again, read when it has changed."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from services.desk.follow.document import Document, read_document
from services.desk.follow.fetch import Fetched, Fetcher
from services.desk.follow.site import Site
from services.desk.follow.taking import Taken, take
from services.desk.follow.trouble import Unreadable
from services.desk.follow.turn import Turn, complaint
from shared.connection import Client
from shared.feed_state import FeedState

WHOLE_EVERY = 600.0
"""Seconds after which a feed is read although it has not changed: what was refused may fit by now."""

_ACCEPT = (
    "application/feed+json, application/atom+xml, application/rss+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


class Feed:
    """Follows one address of one site."""

    def __init__(self, redis: Client, fetcher: Fetcher, site: Site, url: str) -> None:
        self._redis = redis
        self._fetcher = fetcher
        self.site = site
        self.url = url

    async def turn(self, state: FeedState) -> Turn:
        """Ask once and take what is new. Raises Unfetched, Unreadable, and what redis-py raises."""
        now = time.time()
        whole = now - float(state.memory.get("whole_at", 0)) >= WHOLE_EVERY
        headers = {"accept": _ACCEPT, **({} if whole else _conditions(state.memory))}
        fetched = await self._fetcher.get(self.url, self.site.hosts, headers)
        digest = blake2b(fetched.body, digest_size=16).hexdigest()
        if fetched.status == 304 or (not whole and digest == state.memory.get("digest")):
            unchanged = replace(state, last_success_at=now, last_error=state.memory.get("complaint", ""))
            return Turn(unchanged, Taken())
        document = await self._read(fetched, now)
        taken = await take(
            self._redis, self.site.name, document.entries, self.site.query_keys, by=f"feed {self.url}"
        )
        taken = Taken(taken.stored, taken.unchanged, document.unfit + taken.refused)
        entries = len(document.entries) + len(document.unfit)
        if taken.refused and len(taken.refused) >= entries:
            raise Unreadable(f"nothing in it can be used; {taken.refused[0]}"[:500])
        wrong = complaint(taken.refused, entries)
        memory = {"whole_at": str(now), "digest": digest, "complaint": wrong, **_validators(fetched.headers)}
        read = FeedState(self.url, now, now, wrong, entries - len(taken.refused), memory)
        return Turn(read, taken)

    async def _read(self, fetched: Fetched, now: float) -> Document:
        place = self.site.place(self.url, now)
        content_type = fetched.headers.get("content-type", "")
        # A large one takes a second, in which the desk shall answer.
        return await asyncio.to_thread(read_document, fetched.body, content_type, place)


def _conditions(memory: Mapping[str, str]) -> dict[str, str]:
    known = {"if-none-match": memory.get("etag"), "if-modified-since": memory.get("last_modified")}
    return {name: value for name, value in known.items() if value}


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what the next request may ask with; nothing of a server that sends more than it should."""
    found = {"etag": headers.get("etag", ""), "last_modified": headers.get("last-modified", "")}
    return {name: value for name, value in found.items() if value and len(value) <= 500}
