"""Readers of a site who open its pages, its lists and its counts, and a server that sends views too."""

import asyncio
import json
import random
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from tests.serving import BROWSER, SITE, Serving

ARTICLES = tuple(f"/story-{n}" for n in range(20))
CROWD = 1_000
"""Views until something is said of whose they are."""

_AT_ONCE = 25
_OF_A_SERVER = 50


class Readers:
    """A few readers of one running serve. What is not answered they do not mind."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._chance = random.Random(1)

    async def crowd(self) -> None:
        """Be so many, from as many addresses, that something can be said of them."""
        await asyncio.gather(*(self._come(CROWD // _AT_ONCE) for _ in range(_AT_ONCE)))

    async def look(self) -> None:
        """Open a page, look at the list and the counts, and send what a server has seen."""
        http = self._serving.http
        seen = [self._view() for _ in range(_OF_A_SERVER)]
        with suppress(httpx.HTTPError):
            await http.post("/v1/views", json=self._view())
            await http.post("/v1/views/batch", json=seen, headers=self._serving.bearer("batch"))
            await http.get("/v1/trending", params={"site": SITE})
            await http.get("/v1/counts", params={"site": SITE, "ids": ARTICLES[0]})

    async def _come(self, number: int) -> None:
        """Open so many pages, one after the other on one connection, none of which waits for the last."""
        where = urlsplit(self._serving.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(b"".join(self._request(where.netloc) for _ in range(number)))
        for _ in range(number):
            assert b" 202 " in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    def _request(self, host: str) -> bytes:
        body = json.dumps(self._view())
        address = f"198.51.{self._chance.randrange(256)}.{self._chance.randrange(256)}"
        head = {
            "host": host,
            "user-agent": BROWSER["user-agent"],
            "content-type": "text/plain",
            "content-length": str(len(body)),
            "x-forwarded-for": address,
        }
        lines = ["POST /v1/views HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", body]
        return "\r\n".join(lines).encode()

    def _view(self) -> dict[str, str]:
        return {"site": SITE, "article": self._chance.choice(ARTICLES)}
