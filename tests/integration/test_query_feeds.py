"""Ranked lists as RSS and as JSON Feed, asked over HTTP."""

from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from services.query.operations import FEEDS
from shared.connection import Client
from tests.published import NOON, SITE, article, catalogue, publish, query, refusal
from tests.waiting import wait_until

RSS = "/v1/trending.rss"
JSON_FEED = "/v1/trending.json-feed"
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}
STORY = article(
    "2026/02/21/advisers-leave",
    title="Advisers leave <today>",
    summary="They leave.",
    image_url="https://news.example/a.jpg",
    thumbnail_url="https://news.example/a-small.jpg",
    section="World",
    tags=("Global News", "World"),
    authors=("Ann Author", "Bo Author"),
    published_at=datetime.fromisoformat("2026-02-21T17:09:00-05:00"),
)


async def test_rss_tells_each_article_of_the_list(redis: Client, redis_url: str) -> None:
    await catalogue(redis, STORY, article("plain"))
    await publish(redis, "trending", {STORY.id: (2.0, 147), "plain": (1.0, 1)})

    async with query(redis_url, public_url="https://counts.example") as (_, client):
        answer = await client.get(f"{RSS}?site={SITE}&limit=5")

    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert channel.findtext("title") == "news.example: Trending"
    assert channel.findtext("link") == "https://news.example/"
    assert channel.findtext("description")
    own = channel.find("atom:link", NAMES)
    assert own is not None
    assert own.attrib == {
        "href": f"https://counts.example{RSS}?site={SITE}&limit=5",
        "rel": "self",
        "type": "application/rss+xml",
    }
    first, second = channel.findall("item")
    assert first.findtext("title") == "Advisers leave <today>"
    assert first.findtext("link") == "https://news.example/2026/02/21/advisers-leave"
    assert first.findtext("guid") == "2026/02/21/advisers-leave"
    assert [guid.get("isPermaLink") for guid in channel.iter("guid")] == ["false", "false"]
    assert first.findtext("pubDate") == "Sat, 21 Feb 2026 22:09:00 GMT"
    assert first.findtext("description") == "They leave."
    assert [one.text for one in first.findall("category")] == ["World", "Global News"]
    assert [one.text for one in first.findall("dc:creator", NAMES)] == ["Ann Author", "Bo Author"]
    picture = first.find("media:thumbnail", NAMES)
    assert picture is not None
    assert picture.attrib == {"url": "https://news.example/a-small.jpg"}
    assert [one.tag for one in second] == ["title", "link", "guid", "pubDate", "description"]


async def test_json_feed_tells_each_article_of_the_list(redis: Client, redis_url: str) -> None:
    await catalogue(redis, STORY, article("plain"))
    await publish(redis, "trending", {STORY.id: (2.0, 147), "plain": (1.0, 1)})

    async with query(redis_url, public_url="https://counts.example") as (_, client):
        answer = await client.get(f"{JSON_FEED}?site={SITE}")

    assert answer.headers["content-type"] == "application/feed+json"
    assert answer.json() == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "news.example: Trending",
        "home_page_url": "https://news.example/",
        "feed_url": f"https://counts.example{JSON_FEED}?site={SITE}",
        "description": "What is read on news.example, in the order of the list.",
        "items": [
            {
                "id": "2026/02/21/advisers-leave",
                "url": "https://news.example/2026/02/21/advisers-leave",
                "title": "Advisers leave <today>",
                "content_text": "They leave.",
                "date_published": "2026-02-21T22:09:00+00:00",
                "image": "https://news.example/a.jpg",
                "authors": [{"name": "Ann Author"}, {"name": "Bo Author"}],
                "tags": ["World", "Global News"],
            },
            {
                "id": "plain",
                "url": "https://news.example/plain",
                "title": "Title of plain",
                "content_text": "Title of plain",
                "date_published": "2026-02-21T12:00:00+00:00",
            },
        ],
    }


@pytest.mark.parametrize("path", [RSS, JSON_FEED])
async def test_a_feed_is_of_the_list_that_is_asked_for_in_its_order(
    redis: Client, redis_url: str, path: str
) -> None:
    ids = [f"a{n}" for n in range(9)]
    await catalogue(
        redis,
        *(article(one, section="World", published_at=NOON + timedelta(hours=n)) for n, one in enumerate(ids)),
        article("local"),
    )
    await publish(redis, "most-read:7d", {"a3": (9.0, 9), "local": (8.0, 8), "a8": (7.0, 7), "a1": (6.0, 6)})
    asked = f"site={SITE}&list=most-read&window=7d&section=World&exclude=a1&limit=3"

    async with query(redis_url) as (_, client):
        feed = await client.get(f"{path}?{asked}")
        listed = await client.get(f"/v1/trending?{asked}")

    if path == RSS:
        root = ElementTree.fromstring(feed.content)
        told, title = [one.text for one in root.iter("guid")], root.findtext("channel/title")
    else:
        told, title = [one["id"] for one in feed.json()["items"]], feed.json()["title"]
    assert told == [one["id"] for one in listed.json()["data"]] == ["a3", "a8", "a7"]
    assert title == "news.example: Most read, 7d, World"


@pytest.mark.parametrize("path", [RSS, JSON_FEED])
async def test_a_feed_is_cached_like_the_list_and_named_by_what_it_says(
    redis: Client, redis_url: str, path: str
) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 2)})
    asked = f"{path}?site={SITE}"

    async with query(redis_url) as (_, client), query(redis_url) as (_, other):
        feed = await client.get(asked)
        listed = await client.get(f"/v1/trending?site={SITE}")
        elsewhere = await other.get(asked, headers={"if-none-match": feed.headers["etag"]})
        await publish(redis, "trending", {"b": (2.0, 2)})

        async def changed() -> bool:
            answer = await client.get(asked, headers={"if-none-match": feed.headers["etag"]})
            return answer.status_code == 200 and answer.headers["etag"] != feed.headers["etag"]

        await wait_until(changed, "another list has another tag")

    assert elsewhere.status_code == 304
    for header in ("cache-control", "access-control-allow-origin"):
        assert feed.headers[header] == listed.headers[header]


@pytest.mark.parametrize("operation", FEEDS, ids=lambda operation: operation.path)
async def test_a_wrong_question_is_refused_by_its_name(redis_url: str, operation: object) -> None:
    path = operation.path  # type: ignore[attr-defined]
    slugs = {kind.slug for kind in operation.problems}  # type: ignore[attr-defined]
    async with query(redis_url) as (_, client):
        told = [
            refusal(await client.get(f"{path}?{asked}"))
            for asked in ("", f"site={SITE}&limit=0", f"site={SITE}&exclude=%00", "site=other.example")
        ]

    assert told == [
        (400, "bad-parameter", "site"),
        (400, "bad-parameter", "limit"),
        (422, "bad-article-id", "exclude"),
        (404, "unknown-site", "site"),
    ]
    assert {slug for _, slug, _ in told} <= slugs
