"""One GET, within limits of time, size, hosts and redirects."""

import asyncio
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from services.desk.follow.body import body_of
from services.desk.follow.connecting import CheckedBackend
from services.desk.follow.trouble import Unfetched
from shared.setting_types import Network

SECONDS = 20.0
"""For everything: name, connection, redirects and body."""

MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 5
_LONGEST_WAIT = 3_600.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
_BUSY = frozenset({429, 503})
_PHRASES = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 410: "Gone", 429: "Too Many Requests"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: 200 with its body, or 304 without one."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """By name in lower case; of several of one name the first."""


class Fetcher:
    """A client for a few hosts, with connections of its own."""

    def __init__(self, allowed: Iterable[Network], *, seconds: float = SECONDS) -> None:
        """`allowed` are the networks beside the public ones; a fetch may take `seconds` in all."""
        self._seconds = seconds
        self._headers = {"user-agent": f"groundswell/{version('groundswell')} (reads feeds)"}
        self._pool = httpcore.AsyncConnectionPool(
            network_backend=CheckedBackend(allowed), keepalive_expiry=5, max_connections=20
        )

    async def close(self) -> None:
        """Hang up."""
        await self._pool.aclose()

    async def get(self, url: str, hosts: Collection[str], headers: Mapping[str, str]) -> Fetched:
        """Return what an address answers. Raises Unfetched that says what was wrong.

        It is led by redirects only to `hosts`, and never from https to http.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url, hosts, {**self._headers, **headers})
        except (TimeoutError, httpcore.TimeoutException):
            raise Unfetched(f"it took longer than {self._seconds:g} s") from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise Unfetched(f"it does not speak HTTP as it should: {error}"[:300]) from None
        except (httpcore.NetworkError, ssl.SSLError, OSError) as error:
            raise Unfetched(f"it cannot be reached: {error or type(error).__name__}"[:300]) from None

    async def _follow(self, url: str, hosts: Collection[str], headers: Mapping[str, str]) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            found = await self._ask(url, headers)
            if isinstance(found, Fetched):
                return found
            url = _led(url, found, hosts)
        raise Unfetched(f"it redirects more than {MAX_REDIRECTS} times")

    async def _ask(self, url: str, headers: Mapping[str, str]) -> Fetched | str:
        """Return an answer, or where a redirect leads."""
        asked = {"accept-encoding": "gzip", **headers}
        async with self._pool.stream("GET", url, headers=list(asked.items())) as response:
            told = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in reversed(response.headers)
            }
            if response.status in _REDIRECTS:
                if not told.get("location"):
                    raise Unfetched(f"it answers {response.status} without a Location")
                return quote(told["location"].encode("latin-1"), safe="!#$%&'()*+,/:;=?@[]~")
            if response.status == 304 and asked.keys() & _CONDITIONS:
                return Fetched(304, b"", told)
            if response.status != 200:
                raise Unfetched(
                    _said(response.status), status=response.status, wait=_wait(response.status, told)
                )
            return Fetched(200, await body_of(response, told, MAX_BYTES), told)


def _led(url: str, location: str, hosts: Collection[str]) -> str:
    """Return the address that a redirect of `url` leads to. Raises Unfetched where it may not lead."""
    try:
        there = urljoin(url, location)
        parts = urlsplit(there)
        _ = parts.port
    except ValueError as error:
        raise Unfetched(f"it redirects to something that is no address: {error}"[:200]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unfetched(f"it redirects to {there[:200]}, which is no web address")
    if parts.scheme == "http" and urlsplit(url).scheme == "https":
        raise Unfetched(f"it redirects from https to http, to {there[:200]}")
    if parts.hostname not in hosts:
        raise Unfetched(f"it redirects to {parts.hostname[:100]}, which is no host of this site (origins)")
    return there


def _said(status: int) -> str:
    return f"it answers {status} {_PHRASES.get(status, '')}".rstrip()


def _wait(status: int, headers: Mapping[str, str]) -> float:
    given = headers.get("retry-after", "")
    busy = status in _BUSY and given.isascii() and given.isdigit()
    return min(float(given), _LONGEST_WAIT) if busy else 0.0
