"""What every answer of every route of every service is, right or wrong."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.collector.service import PATHS as COLLECTOR_PATHS
from shared.connection import Client
from shared.http import ASGIApp, Routes
from shared.service import management
from tests import collectors, desks
from tests.published import SITE, article, catalogue, count, publish, query
from tests.waiting import wait_until

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
MARK = "<zq'\"&>"
"""What no answer may give back as it came."""

EVIL = {"host": "evil.example", "origin": "https://evil.example", "referer": f"https://evil.example/{MARK}"}
QUERIES = (
    {},
    {"site": SITE, "ids": "a", "id": "a", "list": "trending"},
    {"site": SITE, "article": "a"},
    {"site": SITE, "id": "a"},
    dict.fromkeys(("site", "list", "id", "ids"), MARK),
    {"site": SITE, "ids": MARK, "id": MARK, "url": MARK, "via": MARK, "lang": MARK, "article": MARK},
    {"site": SITE, "limit": MARK},
    {"site": SITE, "section": MARK},
    {MARK: MARK},
    {"site": SITE, "next": "https://evil.example", "id": "a\r\nset-cookie: zq=1"},
)
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    json.dumps({"site": MARK, "article": MARK, MARK: MARK}).encode(),
    json.dumps([{"site": SITE, "article": "/a", "url": MARK}]).encode(),
)
TYPES = {
    "application/json",
    "application/problem+json",
    "text/html; charset=utf-8",
    "text/plain; charset=utf-8",
    "text/javascript; charset=utf-8",
    "text/event-stream",
    "image/gif",
    "image/svg+xml",
    "application/rss+xml; charset=utf-8",
    "application/feed+json",
    "text/plain; version=1.0.0; charset=utf-8",
}


class Told(NamedTuple):
    """One answer, and what it is an answer to."""

    service: str
    asked: str
    path: str
    response: httpx.Response


@pytest.fixture
async def services(redis: Client, redis_url: str) -> AsyncIterator[dict[str, tuple[ASGIApp, list[str]]]]:
    """Return the application of each service, and its paths."""
    await catalogue(redis, article("a", section="World"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 147)})
    await count(redis, {"a": 147, "b": 3})
    async with AsyncExitStack() as stack:
        collector = await stack.enter_async_context(collectors.collector_at(redis_url))
        asked, _ = await stack.enter_async_context(query(redis_url, board="public"))
        desk = await stack.enter_async_context(desks.desk_at(redis_url))
        assert isinstance(asked.app, Routes)
        assert collector.app is not None
        looked_after = management(collector, CollectorRegistry())

        async def scripts() -> list[str]:
            found = await redis.keys("gs:script:*")
            return [key.decode().removeprefix("gs:script:") for key in found]

        await wait_until(scripts, "the scripts are released")
        hashed = [f"/{path.removeprefix('/')}" for path in await scripts()]
        beacons = [path for path in hashed if "beacon" in path]
        yield {
            "collector": (collector.app, [*COLLECTOR_PATHS, *beacons, "/nothing"]),
            "query": (
                asked.app,
                [*asked.app.handlers, *(set(hashed) - set(beacons)), "/nothing", f"/{MARK}"],
            ),
            "desk": (desk.app, [*desk.app.handlers, "/nothing"]),
            "management": (looked_after, [*looked_after.handlers, "/nothing"]),
        }


async def ask(service: str, app: ASGIApp, path: str) -> list[Told]:
    """Return the answers to everything that may be asked of a path."""
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
    keys = {"collector": collectors.BATCH_KEY, "desk": desks.KEY}
    told = []
    async with httpx.AsyncClient(transport=transport, base_url="http://service.example") as client:

        async def one(method: str, params: dict[str, str], body: bytes, headers: dict[str, str]) -> None:
            asked = f"{method} {path} {params} {body!r} {headers}"
            response = await client.request(method, path, params=params, content=body, headers=headers)
            told.append(Told(service, asked, path, response))

        with_key = {
            "authorization": f"Bearer {keys.get(service, 'none')}",
            "content-type": "application/json",
        }
        for method in METHODS:
            await one(method, {}, b"", EVIL)
        for params in QUERIES:
            if path != "/v1/trending/live" or "limit" in params or "ids" in params:
                await one("GET", params, b"", {**EVIL, **with_key})
        for body in BODIES:
            await one("POST", {}, body, with_key)
            await one("PUT", {}, body, with_key)
            await one("POST", {}, body, {**with_key, "content-type": f"text/{MARK}"})
    return told


@pytest.fixture
async def answers(services: dict[str, tuple[ASGIApp, list[str]]]) -> list[Told]:
    """Return the answers to everything that may be asked of everything."""
    return [
        told
        for service, (app, paths) in services.items()
        for path in paths
        for told in await ask(service, app, path)
    ]


def failing(answers: Iterable[Told], holds: Any) -> list[str]:
    return [f"{told.asked}: {told.response.headers}" for told in answers if not holds(told)]


def of(told: Told, name: str) -> str | None:
    value: str | None = told.response.headers.get(name)
    return value


def each_is_what_it_says_and_keeps_to_itself(answers: list[Told]) -> None:
    for what, holds in {
        "no fault of ours": lambda told: told.response.status_code < 500,
        "no cookie": lambda told: of(told, "set-cookie") is None,
        "a type we know": lambda told: of(told, "content-type") in TYPES or not told.response.content,
        "nothing is guessed": lambda told: (
            of(told, "x-content-type-options") == "nosniff" or not told.response.content
        ),
        "no document but a page loads or runs anything": lambda told: (
            (of(told, "content-security-policy") or "").startswith("default-src 'none'; ")
            or not told.response.content
        ),
        "no server": lambda told: of(told, "server") is None,
        "no credentials": lambda told: of(told, "access-control-allow-credentials") is None,
        "refusals are problems": lambda told: (
            told.response.status_code < 400 or of(told, "content-type") == "application/problem+json"
        ),
        "nothing comes back as it was sent": lambda told: (
            MARK not in told.response.text
            and "<zq" not in told.response.text
            and "zq" not in str(told.response.headers).replace(told.asked, "")
        ),
        "nowhere else": lambda told: of(told, "location") in (None, "/demo/", "/docs"),
        "refusals are kept by nobody": lambda told: (
            told.response.status_code < 400 or of(told, "cache-control") == "no-store"
        ),
    }.items():
        assert failing(answers, holds) == [], what


def pages_run_nothing_but_ours_and_stand_in_no_frame(answers: list[Told]) -> None:
    pages = [told for told in answers if (of(told, "content-type") or "").startswith("text/html")]

    assert {told.path for told in pages} >= {"/board", "/docs", "/demo/", "/demo/article", "/embed/trending"}
    for told in pages:
        policy = of(told, "content-security-policy") or ""
        assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'"), told.asked
        assert "unsafe" not in policy
        framed = "frame-ancestors *" if told.path == "/embed/trending" else "frame-ancestors 'none'"
        assert policy.endswith(framed), told.asked
        assert of(told, "referrer-policy") == "same-origin"
        off = (of(told, "permissions-policy") or "").split(", ")
        assert {"camera=()", "geolocation=()", "payment=()", "usb=()"} <= set(off), told.asked
        assert ("clipboard-write=()" in off) is ("script-src" not in policy)
        assert not re.search(r"<script(?![^>]* src=)|\son\w+=|javascript:", told.response.text), told.asked


def other_origins_read_what_is_public_and_nothing_else(answers: list[Told]) -> None:
    shut = [
        told for told in answers if told.service in ("desk", "management") or told.path == "/v1/views/batch"
    ]
    public = [told for told in answers if told not in shut]

    assert failing(public, lambda told: of(told, "access-control-allow-origin") == "*") == []
    assert failing(shut, lambda told: of(told, "access-control-allow-origin") is None) == []
    for told in public:
        allowed = (of(told, "access-control-allow-methods") or "").split(", ")
        assert not {"PUT", "DELETE", "PATCH"} & set(allowed)


async def test_every_answer_of_every_service_is_safe_wherever_it_ends_up(answers: list[Told]) -> None:
    assert len(answers) > 1_000
    statuses = {told.response.status_code for told in answers}
    assert {200, 202, 204, 307, 400, 401, 404, 405, 415, 422} <= statuses
    each_is_what_it_says_and_keeps_to_itself(answers)
    pages_run_nothing_but_ours_and_stand_in_no_frame(answers)
    other_origins_read_what_is_public_and_nothing_else(answers)


async def test_an_answer_without_a_header_of_these_would_be_found() -> None:
    async def careless(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html"), (b"set-cookie", b"zq=1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": scope["query_string"]})

    async with asyncio.timeout(20):
        answers = await ask("query", careless, "/")

    with pytest.raises(AssertionError):
        each_is_what_it_says_and_keeps_to_itself(answers)
    with pytest.raises(AssertionError):
        other_origins_read_what_is_public_and_nothing_else(answers)
