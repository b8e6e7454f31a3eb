"""What stands in front of the service: a reverse proxy that remembers everything that came by."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.http import NO_STORE, Receive, Request, Response, Scope, Send
from tests.listening import served

_OWN = (b"connection", b"transfer-encoding", b"content-length", b"host")
"""Headers of one connection, which are not handed on."""


@dataclass
class Asked:
    """One request as it came, and what the service said of it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    outcome: str = ""

    @property
    def reading(self) -> dict[str, Any]:
        """What a beacon posted."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def article(self) -> str:
        """What the reading is of: its article, else the path of its address."""
        return str(self.reading.get("article") or urlsplit(self.reading["url"]).path)


class Edge:
    """Hands requests on by the longest prefix of their path, which is taken off."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.url = ""
        """Where it is, once it runs."""
        self.behind: dict[str, str] = {}
        """Address by prefix, such as `/stats`; the prefix of everything is empty."""
        self.asked: list[Asked] = []
        """Every request, in order."""
        self.held: dict[str, asyncio.Event] = {}
        """Paths whose requests are answered once their event is set."""
        self._client = client

    def views(self, article: str) -> list[Asked]:
        """Return the views of an article that were posted, whatever became of them."""
        return [one for one in self.posted if one.article == article]

    @property
    def posted(self) -> list[Asked]:
        """Every view that was posted, in order."""
        return [one for one in self.asked if one.method == "POST"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = await request.body(1_000_000)
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(scope["method"], scope["path"], headers, body)
        self.asked.append(asked)
        if asked.path in self.held:
            await self.held[asked.path].wait()
        # As it came, without what a service of ours puts on every answer.
        answer = await self._handed_on(request, asked)
        length = (b"content-length", str(len(answer.body)).encode())
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [*answer.headers, length],
            }
        )
        await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else answer.body})

    async def _handed_on(self, request: Request, asked: Asked) -> Response:
        prefix = max((one for one in self.behind if asked.path.startswith(f"{one}/")), key=len, default=None)
        if prefix is None:
            return Response(404, b"", (NO_STORE,))
        outgoing = self._client.build_request(
            asked.method,
            self.behind[prefix] + asked.path.removeprefix(prefix),
            params=request.query or None,
            headers=[(n, v) for n, v in request.scope["headers"] if n not in _OWN]
            + [(b"x-forwarded-for", request.peer.encode())],
            content=asked.body,
        )
        answer = await self._client.send(outgoing, stream=True)
        try:
            body = b"".join([part async for part in answer.aiter_raw()])
        finally:
            await answer.aclose()
        asked.outcome = answer.headers.get("x-groundswell-reason") or answer.headers.get(
            "x-groundswell-outcome", ""
        )
        return Response(
            answer.status_code, body, tuple((n, v) for n, v in answer.headers.raw if n.lower() not in _OWN)
        )


@asynccontextmanager
async def edge_at() -> AsyncIterator[Edge]:
    """Run an edge on a free port; nothing is behind it yet."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        edge = Edge(client)
        async with served(edge) as server:
            edge.url = f"http://127.0.0.1:{server.port}"
            yield edge
