"""Asking for a feed, over real connections, and what is refused of the answers."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest

from services.desk.follow.fetch import MAX_BYTES, MAX_REDIRECTS, Fetched, Fetcher
from services.desk.follow.trouble import Unfetched
from shared.http import Receive, Scope, Send
from tests.feeds import LOOPBACK, Publisher, publisher, rss

LOCAL = frozenset({"127.0.0.1"})


@pytest.fixture
async def press() -> AsyncIterator[Publisher]:
    async with publisher() as found:
        yield found


@asynccontextmanager
async def fetching(fetcher: Fetcher) -> AsyncIterator[Fetcher]:
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def get(url: str, *, allowed: str | None = LOOPBACK, seconds: float = 20, **headers: str) -> Fetched:
    networks = [ip_network(allowed)] if allowed else []
    async with fetching(Fetcher(networks, seconds=seconds)) as fetcher:
        return await fetcher.get(url, LOCAL, headers)


async def refusal(url: str, *, allowed: str | None = LOOPBACK, seconds: float = 20) -> Unfetched:
    with pytest.raises(Unfetched) as refused:
        await get(url, allowed=allowed, seconds=seconds)
    return refused.value


async def test_an_answer_comes_with_its_body_and_headers(press: Publisher):
    url = press.publish("/feed", rss(), content_type="application/rss+xml", etag='"1"')

    found = await get(url)

    assert (found.status, found.body) == (200, rss().encode())
    assert (found.headers["content-type"], found.headers["etag"]) == ("application/rss+xml", '"1"')
    assert press.asked[0][1]["user-agent"].startswith("groundswell/")


async def test_who_says_what_he_has_is_told_that_it_has_not_changed(press: Publisher):
    url = press.publish("/feed", rss(), etag='"1"')

    found = await get(url, **{"if-none-match": '"1"'})

    assert (found.status, found.body) == (304, b"")


async def test_a_packed_answer_is_unpacked(press: Publisher):
    url = press.publish("/feed", gzip.compress(rss().encode()), content_encoding="gzip")

    assert (await get(url)).body == rss().encode()


async def test_a_machine_is_asked_only_when_its_network_is_allowed(press: Publisher):
    url = press.publish("/feed", rss())
    port = url.split(":")[2]

    assert str(await refusal(url, allowed=None)) == (
        "the host 127.0.0.1 has the address 127.0.0.1, which is not public; feed_networks can allow it"
    )
    assert "is not public" in str(await refusal(f"http://localhost:{port}", allowed="10.0.0.0/8"))
    assert press.asked == []


async def test_a_redirect_is_followed_to_a_host_of_the_site(press: Publisher):
    press.publish("/new", rss())
    press.publish("/moved", b"", 301, location="/new")
    url = press.publish("/old", b"", 302, location=press.url + "/moved")

    assert (await get(url)).body == rss().encode()


REDIRECTS = [
    ("http://other.example/feed", "it redirects to other.example, which is no host of this site (origins)"),
    (
        "http://169.254.169.254/latest",
        "it redirects to 169.254.169.254, which is no host of this site (origins)",
    ),
    ("file:///etc/hostname", "it redirects to file:///etc/hostname, which is no web address"),
    ("http://[broken", "it redirects to something that is no address: Invalid IPv6 URL"),
    ("http://127.0.0.1:port/", "it redirects to something that is no address"),
    ("", "it answers 302 without a Location"),
]


@pytest.mark.parametrize(("location", "said"), REDIRECTS, ids=[location for location, _ in REDIRECTS])
async def test_a_redirect_elsewhere_is_refused(press: Publisher, location: str, said: str):
    url = press.publish("/old", b"", 302, location=location)

    assert str(await refusal(url)).startswith(said)


async def test_a_redirect_to_a_host_of_the_site_that_is_not_public_is_refused(press: Publisher):
    url = press.publish("/old", b"", 302, location="http://10.0.0.1/feed")

    async with fetching(Fetcher([ip_network(LOOPBACK)])) as fetcher:
        with pytest.raises(Unfetched, match=r"has the address 10\.0\.0\.1, which is not public"):
            await fetcher.get(url, LOCAL | {"10.0.0.1"}, {})


async def test_redirects_have_an_end(press: Publisher):
    url = press.publish("/round", b"", 307, location="/round")

    assert str(await refusal(url)) == "it redirects more than 5 times"
    assert press.times("/round") == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("status", "headers", "said", "wait"),
    [
        (404, {}, "it answers 404 Not Found", 0),
        (500, {}, "it answers 500", 0),
        (304, {}, "it answers 304", 0),
        (429, {"retry_after": "120"}, "it answers 429 Too Many Requests", 120),
        (503, {"retry_after": "99999"}, "it answers 503", 3_600),
        (503, {"retry_after": "Sat, 21 Feb 2026 17:05:00 GMT"}, "it answers 503", 0),
    ],
)
async def test_any_other_answer_is_told_with_its_status(
    press: Publisher, status: int, headers: dict[str, str], said: str, wait: float
):
    refused = await refusal(press.publish("/feed", b"", status, **headers))

    assert (str(refused), refused.wait) == (said, wait)


async def test_more_than_five_mebibytes_are_not_read(press: Publisher):
    told = press.publish("/told", b"x" * (MAX_BYTES + 1), content_length=str(MAX_BYTES + 1))
    untold = press.publish("/untold", b"x" * (MAX_BYTES + 1))
    most = press.publish("/most", b"x" * MAX_BYTES)

    assert str(await refusal(told)) == "it is larger than 5 MiB"
    assert str(await refusal(untold)) == "it is larger than 5 MiB"
    assert len((await get(most)).body) == MAX_BYTES


async def test_a_hundred_megabytes_that_never_end_are_hung_up_on(press: Publisher):
    sent = 0

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while sent < 100 * 1024 * 1024:
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            sent += 65_536
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})

    press.pages["/endless"] = endless

    assert str(await refusal(press.url + "/endless")) == "it is larger than 5 MiB"
    assert sent < 50 * 1024 * 1024


async def test_a_bomb_is_not_unpacked(press: Publisher):
    bomb = gzip.compress(b"\0" * 100 * 1024 * 1024)

    assert len(bomb) < 200_000
    assert (
        str(await refusal(press.publish("/feed", bomb, content_encoding="gzip"))) == "it is larger than 5 MiB"
    )


@pytest.mark.parametrize(
    ("body", "coding", "said"),
    [
        (gzip.compress(b"x" * 1_000, mtime=0)[:-9], "gzip", "its gzip encoding breaks off"),
        (b"no gzip at all", "gzip", "its gzip encoding is damaged"),
        (b"", "gzip", "its gzip encoding breaks off"),
        (b"x", "br", "it is encoded as 'br', which was not asked for"),
    ],
)
async def test_a_damaged_encoding_is_told(press: Publisher, body: bytes, coding: str, said: str):
    assert str(await refusal(press.publish("/feed", body, content_encoding=coding))).startswith(said)


async def test_a_slow_answer_is_given_up(press: Publisher):
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await receive()

    async def trickling(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        # Each byte comes in time, the whole never does.
        for _ in range(20):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.05)

    press.pages.update({"/silent": silent, "/trickling": trickling})

    for path in ("/silent", "/trickling"):
        assert str(await refusal(press.url + path, seconds=0.3)) == "it took longer than 0.3 s"


async def test_what_is_no_web_server_is_told(unused_tcp_port_factory: Callable[[], int]):
    async def grumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    port = unused_tcp_port_factory()
    async with await asyncio.start_server(grumble, "127.0.0.1", port):
        assert str(await refusal(f"http://127.0.0.1:{port}/")).startswith(
            "it does not speak HTTP as it should"
        )
        assert str(await refusal(f"https://127.0.0.1:{port}/")).startswith("it cannot be reached")
    closed = unused_tcp_port_factory()
    assert str(await refusal(f"http://127.0.0.1:{closed}/")).startswith("it cannot be reached")


async def test_a_host_that_nobody_knows_is_told():
    assert str(await refusal("http://nobody.invalid/feed")).startswith("the host nobody.invalid is not known")


async def test_a_body_that_is_shorter_than_was_said_is_told(press: Publisher):
    async def short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this")
        writer.close()

    async with await asyncio.start_server(short, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert str(await refusal(f"http://127.0.0.1:{port}/")).startswith(
            "it does not speak HTTP as it should"
        )
