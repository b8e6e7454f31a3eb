"""The demo as it is sent: the catalogue as a small news site, whole before any script runs."""

import re
from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape

import httpx
import pytest

from shared.connection import Client
from tests.published import NOON, SITE, article, catalogue, count, publish, query, refusal

STORY = article(
    "advisers/leave?",
    title="Advisers <leave> & go",
    summary='They leave "today".',
    tags=("Global News", "World News"),
    authors=("Ann Author", "Bob Writer"),
    published_at=datetime.fromisoformat("2026-02-21T17:09:00-05:00"),
    aliases=("old-slug",),
)
NEW_YORK = {"sites": {SITE: {"time_zone": "America/New_York"}}}


def text(page: httpx.Response) -> str:
    """Return what a page says, without its tags."""
    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    body = page.text.partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


async def test_the_front_page_shows_cards_and_both_lists(redis: Client, redis_url: str) -> None:
    await catalogue(redis, STORY, article("b", published_at=NOON - timedelta(hours=1)))
    await count(redis, {STORY.id: 147, "b": 3})
    await publish(redis, "trending", {"b": (2.0, 3), STORY.id: (1.0, 147)}, past=[STORY.id, "b"])
    await publish(redis, "most-read:24h", {STORY.id: (147.0, 147)})

    async with query(redis_url, **NEW_YORK) as (_, client):
        page = await client.get("/demo/")
        said = text(page)

    cards, _, lists = said.partition("Trending News")
    assert "Global News World News Advisers <leave> & go Feb. 21, 2026 5:09 p.m. 147 views" in cards
    assert 'They leave "today". Read More' in cards
    assert lists.startswith(" Title of b 3 views ▲ up 1 Advisers <leave> & go 147 views ▼ down 1")
    assert "Most Read 24 hours Advisers <leave> & go 147 views" in lists
    assert "Title of b 3 views latest" in lists, "a short list is filled"


async def test_cards_lead_to_the_article_page(redis: Client, redis_url: str) -> None:
    await catalogue(redis, STORY, article("b", title="The other"))
    await count(redis, {STORY.id: 147})

    async with query(redis_url, **NEW_YORK) as (_, client):
        front = await client.get("/demo/")
        address = re.search(r'href="([^"]+)">Advisers', front.text)
        assert address is not None
        page = await client.get("/demo/" + unescape(address[1]))
        by_alias = await client.get("/demo/article?id=old-slug")
        said = text(page)

    assert by_alias.text == page.text
    headline = "Global News World News Advisers <leave> & go By Ann Author, Bob Writer"
    assert f'{headline} Feb. 21, 2026 5:09 p.m. 147 views They leave "today".' in said
    for part in ("The other", "Read More", "Sponsored", "Trending News"):
        assert part in said


async def test_a_page_takes_nothing_from_elsewhere_and_runs_our_scripts_alone(
    redis: Client, redis_url: str
) -> None:
    evil = article("evil", title="</style><script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    await catalogue(redis, evil)

    async with query(redis_url) as (_, client):
        pages = [await client.get(path) for path in ("/demo/", "/demo/article?id=evil", "/docs")]

    for page in pages:
        policy = page.headers["content-security-policy"]
        style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
        assert style is not None
        digest = b64encode(sha256(style[1].encode()).digest()).decode()
        assert policy.startswith("default-src 'none'; ")
        assert f"; style-src 'sha256-{digest}';" in policy
        assert ("script-src 'self'; connect-src 'self'; require-trusted-types-for" in policy) == (
            "<script" in page.text
        )
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in page.headers
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert all(re.match(r'<script async src="\.\./\w+\.v1\.', script) for script in scripts), scripts
        assert not re.search(r"<(img|iframe|object)|<link (?!rel=.icon)|style=|@import|url\(", page.text)


async def test_an_empty_catalogue_is_said_and_no_error(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        assert "The catalogue is empty" in text(await client.get("/demo/"))


async def test_each_site_has_its_pages_and_the_first_is_shown_unasked(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("here"))
    await catalogue(redis, article("there"), site="other.example")

    async with query(redis_url, site=(SITE, "other.example")) as (_, client):
        first = text(await client.get("/demo/"))
        other = await client.get("/demo/?site=other.example")
        unknown = await client.get("/demo/?site=nowhere.example")

    assert "Title of here" in first
    assert "Title of there" in text(other)
    assert "site=other.example&amp;id=there" in other.text
    assert refusal(unknown)[:2] == (404, "unknown-site")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/demo/article", (400, "bad-parameter")),
        ("/demo/article?id=gone", (404, "unknown-article")),
        ("/demo/article?id=%00", (422, "bad-article-id")),
        ("/demo/?page=2", (400, "unknown-parameter")),
    ],
)
async def test_a_wrong_address_is_refused(redis_url: str, address: str, expected: tuple[int, str]) -> None:
    async with query(redis_url) as (_, client):
        assert refusal(await client.get(address))[:2] == expected


async def test_the_root_leads_to_what_there_is(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        assert (await client.get("/")).headers["location"] == "/demo/"
        assert (await client.get("/", follow_redirects=True)).status_code == 200
        assert (await client.get("/demo")).headers["location"] == "/demo/"
    async with query(redis_url, demo_pages=False) as (_, client):
        assert (await client.get("/")).headers["location"] == "/docs"
        assert refusal(await client.get("/demo/"))[:2] == (404, "not-found")
