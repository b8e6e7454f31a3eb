"""The proxy of deploy/ before collector and query: who is slow disturbs nobody, and is not written down."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.cli.web import build
from shared.connection import Client
from shared.http import Receive, Scope, Send
from shared.service import allow_many_files
from shared.settings import Settings
from tests import published
from tests.edges import CADDYFILE, CLIENT, Edge, Slow, edge_before, serving
from tests.waiting import wait_until

SITE = "news.example"
MARKED = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 Marked/77"
BATCH_KEY = "batch-key"
SLOW_HEADERS, SLOW_BODIES = 1_000, 500
HEADERS = f"POST /v1/views HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {MARKED}\r\nX-Slow: ".encode()
BODY = (
    f"POST /v1/views HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {MARKED}\r\n"
    'Content-Type: text/plain\r\nContent-Length: 4000\r\n\r\n{"site": "'
).encode()


class Site:
    """Collector and query on a port of their own, and what reached them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.forwarded: list[bytes] = []
        """The X-Forwarded-For of each request."""


@asynccontextmanager
async def _site(redis: Client, redis_url: str) -> AsyncIterator[Site]:
    await published.catalogue(redis, published.article("/a"), published.article("/b"))
    await published.publish(redis, "trending", {"/a": (2.0, 2), "/b": (1.0, 1)})
    settings = Settings(redis_url=redis_url, site=(SITE,), batch_key=BATCH_KEY)  # type: ignore[arg-type]
    web = build(settings, CollectorRegistry())
    await web.start()
    site = Site(0)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        site.forwarded += [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        assert web.app is not None
        await web.app(scope, receive, send)

    async def ready() -> bool:
        return not await web.unready()

    try:
        await wait_until(ready, "collector and query are ready")
        async with serving(app) as port:
            site.port = port
            yield site
    finally:
        await web.stop()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as entered:
        yield entered


@pytest.fixture
async def site(redis: Client, redis_url: str, stack: AsyncExitStack) -> Site:
    return await stack.enter_async_context(_site(redis, redis_url))


@pytest.fixture
async def edge(site: Site, stack: AsyncExitStack, tmp_path: Path) -> Edge:
    return await stack.enter_async_context(edge_before(site.port, tmp_path / "edge"))


@pytest.fixture
async def reader(edge: Edge, stack: AsyncExitStack) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(local_address=CLIENT)
    client = httpx.AsyncClient(
        base_url=edge.url, headers={"user-agent": MARKED}, transport=transport, timeout=20
    )
    return await stack.enter_async_context(client)


async def post(reader: httpx.AsyncClient, **headers: str) -> httpx.Response:
    view = json.dumps({"site": SITE, "article": "/a"})
    return await reader.post("/v1/views", content=view, headers={"content-type": "text/plain", **headers})


async def test_slow_headers_and_slow_bodies_do_not_disturb_a_reader(
    edge: Edge, reader: httpx.AsyncClient, redis: Client
):
    allow_many_files()
    slow = Slow([HEADERS] * SLOW_HEADERS + [BODY] * SLOW_BODIES, edge.port)
    async with reader.stream("GET", f"/v1/trending/live?site={SITE}&limit=2") as live:
        lines = live.aiter_lines()
        assert await _next(lines, "event: ") == "event: list", "it is not held back until there is more of it"
        await slow.begin()
        try:
            answers = [(await post(reader)).status_code for _ in range(20)]
            answers += [(await reader.get(f"/v1/trending?site={SITE}")).status_code for _ in range(20)]
            assert answers == [202] * 20 + [200] * 20
            assert slow.open > 0, "they were there all the while"

            await wait_until(lambda: slow.open == 0, "the slow ones were closed", seconds=60)
        finally:
            await slow.end()
        assert not any(b" 202 " in answer for answer in slow.answers())

        await published.publish(
            redis, "trending", {"/b": (9.0, 9), "/a": (2.0, 2)}, changed_at=1_771_700_009.0
        )
        changed = json.loads((await _next(lines, 'data: {"data":[{"id":"/b"')).removeprefix("data: "))
        assert [story["id"] for story in changed["data"]] == ["/b", "/a"]
    written = edge.log.read_text()
    assert CLIENT not in written
    assert "Marked/77" not in written


async def test_without_the_edge_slow_headers_stay(site: Site):
    slow = Slow([HEADERS] * 10, site.port)
    await slow.begin()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{site.port}") as beside:
        await beside.get("/docs")

    assert slow.open == 10
    await slow.end()


async def _next(lines: AsyncIterator[str], beginning: str) -> str:
    """Return the next line that begins so."""
    async for line in lines:
        if line.startswith(beginning):
            return line
    raise EOFError


async def test_only_the_address_that_the_edge_saw_is_passed_on(site: Site, reader: httpx.AsyncClient):
    await post(reader, **{"x-forwarded-for": "192.0.2.66, 198.51.100.9"})

    assert site.forwarded == [CLIENT.encode()]


async def test_a_body_that_is_too_large_is_cut_off_or_refused(reader: httpx.AsyncClient):
    key = {"authorization": f"Bearer {BATCH_KEY}", "content-type": "application/json"}

    async def send(size: int) -> int | None:
        body = b"[]" + b" " * (size - 2)
        try:
            return (await reader.post("/v1/views/batch", content=body, headers=key)).status_code
        except httpx.TransportError:  # the answer came and went while the body was still being sent
            return None

    most = 2 * 1024 * 1024
    assert await send(most) == 202
    for size in (most + 1, 2 * most, 10 * most):
        assert await send(size) in (413, 502, None)
    assert await send(most) == 202


@pytest.mark.parametrize("quiet", [True, False])
async def test_the_log_of_the_edge_names_no_reader(
    site: Site, tmp_path: Path, stack: AsyncExitStack, quiet: bool
):
    text = CADDYFILE.read_text()
    loud = "\n".join(line for line in text.splitlines() if not line.strip().startswith("exclude "))
    nobody = await stack.enter_async_context(edge_before(1, tmp_path / "edge", text if quiet else loud))
    transport = httpx.AsyncHTTPTransport(local_address=CLIENT)
    async with httpx.AsyncClient(
        base_url=nobody.url, headers={"user-agent": MARKED}, transport=transport
    ) as reader:
        assert (await post(reader)).status_code == 502
        assert (await reader.get("/v1/trending")).status_code == 502
    malformed = Slow([b"no HTTP\r\n\r\n"], nobody.port)
    await malformed.begin()
    await wait_until(lambda: malformed.open == 0, "it was closed")

    written = nobody.log.read_text()
    assert '"level":"info"' in written
    assert (CLIENT in written, "Marked/77" in written) == ((False, False) if quiet else (True, True))
