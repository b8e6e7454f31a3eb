"""A publisher on this machine: feeds that change, and servers that behave as badly as the web does."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from services.desk.follow.document import Document, read_document
from services.desk.follow.entry import Place
from shared.http import ASGIApp, Receive, Scope, Send
from tests.listening import served

SITE = "news.example"
NOW = datetime(2026, 2, 21, 18, tzinfo=UTC)
LOOPBACK = "127.0.0.0/8"

Answer = tuple[int, dict[str, str], bytes]
Behaviour = Answer | Callable[[Scope, Receive, Send], Awaitable[None]]


def place(**given: Any) -> Place:
    """Where a feed of the site stands, unless it is said otherwise."""
    return Place(
        **{
            "url": f"https://{SITE}/feed/",
            "hosts": frozenset({SITE, f"www.{SITE}"}),
            "query_keys": (),
            "zone": ZoneInfo("America/New_York"),
            "now": NOW,
            **given,
        }
    )


def read(body: str | bytes, content_type: str = "", **given: Any) -> Document:
    """Read a document as of NOW."""
    raw = body.encode() if isinstance(body, str) else body
    return read_document(raw, content_type, place(**given))


def item(path: str = "/a", **given: str) -> str:
    """An item of RSS; fields are escaped by whoever gives them."""
    fields = {
        "title": f"The story of {path}",
        "link": f"https://{SITE}{path}",
        "pubDate": "Sat, 21 Feb 2026 17:09:00 +0000",
        **given,
    }
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text) + "</item>"


def rss(*items: str) -> str:
    """RSS 2.0 of items, each on a line of its own."""
    lines = "\n".join(items)
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>News</title>\n{lines}\n</channel></rss>'
    )


@dataclass
class Publisher:
    """What is published where, and who asked for it."""

    url: str = ""
    """Where it is reached."""
    pages: dict[str, Behaviour] = field(default_factory=dict)
    """By path."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path and query, and headers, of each request."""

    def publish(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Answer a path with this from now on, and return its address."""
        raw = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, named, raw)
        return self.url + path

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.partition("?")[0] == path for asked, _ in self.asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as it was told, with 304 for what the client says it has."""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        self.asked.append((scope["path"] + (f"?{query}" if query else ""), headers))
        behaviour = self.pages.get(scope["path"], (404, {}, b"nothing here"))
        if not isinstance(behaviour, tuple):
            await behaviour(scope, receive, send)
            return
        status, told, body = behaviour
        if told.get("etag") and headers.get("if-none-match") == told["etag"]:
            status, body = 304, b""
        await answer(send, status, told, body)


async def answer(send: Send, status: int, headers: dict[str, str], *parts: bytes) -> None:
    """Send a whole answer, its body in these parts."""
    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    for part in parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def publisher() -> AsyncIterator[Publisher]:
    """A publisher that can be reached."""
    found = Publisher()
    app: ASGIApp = found
    async with served(app) as server:
        found.url = f"http://127.0.0.1:{server.port}"
        yield found


def wordpress(posts: Sequence[dict[str, Any]]) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """A REST API of posts, as far as following uses it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        after = asked.get("modified_after", "")
        found = [post for post in posts if f"{post['modified_gmt']}Z" > after]
        found.sort(key=lambda post: -post["id"])
        start = int(asked["offset"])
        page = found[start : start + int(asked["per_page"])]
        await answer(send, 200, {"content-type": "application/json"}, json.dumps(page).encode())

    return app


def post(post_id: int, **given: Any) -> dict[str, Any]:
    """A post as the REST API tells it."""
    return {
        "id": post_id,
        "link": f"https://{SITE}/2026/02/story-{post_id}/",
        "guid": {"rendered": f"https://{SITE}/?p={post_id}"},
        "title": {"rendered": f"Story {post_id}"},
        "excerpt": {"rendered": f"<p>What story {post_id} says.</p>"},
        "date": "2026-02-21T12:09:00",
        "date_gmt": "2026-02-21T17:09:00",
        "modified_gmt": "2026-02-21T17:09:00",
        **given,
    }
