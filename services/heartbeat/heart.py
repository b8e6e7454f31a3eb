"""One heartbeat: a view is posted as a page posts it, and looked for as a page looks for its count."""

import asyncio
import json
import ssl
import time
from collections.abc import Mapping

import httpcore

from shared.heartbeat import ARTICLE, SITE, token
from shared.repeat import until

SEEN_WITHIN = 20.0
"""Seconds after which a view that is not counted is missed."""

PATIENCE = 5.0
"""Seconds that one answer may take."""

_LOOK = 0.1
_FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, ssl.SSLError, OSError)
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 Groundswell/1",
    # Each request finds its way anew, past whatever has been there since the last one.
    "connection": "close",
}


class Missed(Exception):
    """A heartbeat that did not go the whole way, and where it ended."""


class Heart:
    """Posts to one public address, and asks there."""

    def __init__(self, url: str) -> None:
        """`url` is the origin behind which collector and query are."""
        self._views = f"{url}/v1/views"
        self._counts = f"{url}/v1/counts?site={SITE}&ids={ARTICLE}"

    async def beat(self, secret: str) -> float:
        """Post one view, and return the seconds until it was seen in the counts. Raises Missed."""
        body = json.dumps({"site": SITE, "article": ARTICLE, "token": token(secret)}).encode()
        before = await self._count()
        began = time.monotonic()
        status, headers, _ = await _ask("POST", self._views, {"content-type": "text/plain"}, body)
        if headers.get(b"x-groundswell-outcome") != b"accepted":
            reason = headers.get(b"x-groundswell-reason", b"no reason").decode("latin-1")
            raise Missed(f"it was answered {status} ({reason})")

        async def counted() -> bool:
            return await self._count() > before

        try:
            async with asyncio.timeout(SEEN_WITHIN):
                await until(counted, _LOOK)
        except TimeoutError:
            raise Missed(f"it was taken, and not counted within {SEEN_WITHIN:.0f} s") from None
        return time.monotonic() - began

    async def _count(self) -> int:
        status, _, body = await _ask("GET", self._counts)
        try:
            return int(json.loads(body)["counts"][ARTICLE])
        except (ValueError, LookupError, TypeError):
            raise Missed(f"its count was answered {status}, and is none") from None


async def _ask(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return status, headers and body of an answer. Raises Missed when there is none."""
    limits = dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)
    told = list({**BROWSER, **(headers or {})}.items())
    try:
        async with httpcore.AsyncConnectionPool() as pool:
            answer = await pool.request(
                method, url, headers=told, content=body, extensions={"timeout": limits}
            )
    except _FAILURES as error:
        what = str(error) or type(error).__name__
        raise Missed(f"{method} {url.partition('?')[0]} was not answered: {what}") from None
    return answer.status, {name.lower(): value for name, value in answer.headers}, answer.content
