"""Following a WordPress: its archive once, its changes for ever, and one article under all its names."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from services.desk.follow import following, wp_api
from services.desk.follow import wordpress as wordpress_module
from services.desk.follow.wp_post import EMBEDDED
from shared import keys
from shared.article import Article
from shared.article_id import id_from_url
from shared.connection import Client
from shared.feed_state import FeedState, read_states
from shared.http import Receive, Scope, Send
from shared.settings import Settings
from tests.desks import SITE, aliases, catalogued, desk_at
from tests.feeds import LOOPBACK, Publisher, answer, item, post, publisher, rss, wordpress
from tests.waiting import wait_until

API = "/wp-json/wp/v2/posts"

EMBEDS = {
    "author": [{"name": "Ann Example"}],
    "wp:featuredmedia": [
        {
            "source_url": f"https://{SITE}/wp-content/a.jpg",
            "media_details": {"sizes": {"medium": {"source_url": f"https://{SITE}/wp-content/a-300.jpg"}}},
        }
    ],
    "wp:term": [
        [
            {"taxonomy": "category", "slug": "uncategorized", "name": "Uncategorized"},
            {"taxonomy": "category", "slug": "world", "name": "World &amp; Abroad"},
        ],
        [{"taxonomy": "post_tag", "slug": "cuba", "name": "Cuba"}],
    ],
}


@pytest.fixture(autouse=True)
def in_quick_succession(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again at once, and a page has ten posts of which two come again."""
    monkeypatch.setattr(following, "rest", lambda interval, **asked: 0.02)
    monkeypatch.setattr(wp_api, "PAGE", 10)
    monkeypatch.setattr(wordpress_module, "OVERLAP", 2)


@pytest.fixture
async def press() -> AsyncIterator[Publisher]:
    async with publisher() as found:
        yield found


@asynccontextmanager
async def follows(redis_url: str, url: str, **given: Any) -> AsyncIterator[None]:
    settings = {"wordpress": (f"{SITE}={url}",), "feed_networks": (LOOPBACK,), "feed_interval": 5, **given}
    async with desk_at(redis_url, **settings) as desk:
        await desk.start()
        yield
        assert await desk.unready() == []


async def state(redis: Client, url: str) -> FeedState:
    return (await read_states(redis, SITE)).get(url, FeedState(url))


async def said(redis: Client, url: str, text: str) -> None:
    async def told() -> bool:
        return text in (await state(redis, url)).last_error

    await wait_until(told, f"the state says {text!r}")


async def filled_in(redis: Client, url: str) -> None:
    async def done() -> bool:
        return (await state(redis, url)).memory.get("archive") == "done"

    await wait_until(done, "the archive is filled in")


async def stored(redis: Client, article_id: str) -> Article:
    return Article.from_hash(await redis.hgetall(keys.article(SITE, article_id)))


async def test_a_post_tells_all_that_an_article_has(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress(
        [post(123, title={"rendered": "Tom &#038; <em>Jerry</em>"}, _embedded=EMBEDS)]
    )
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    found = await stored(redis, "/2026/02/story-123")
    assert found.model_dump(mode="json", exclude_none=True) == {
        "id": "/2026/02/story-123",
        "url": f"https://{SITE}/2026/02/story-123/",
        "title": "Tom & Jerry",
        "summary": "What story 123 says.",
        "published_at": "2026-02-21T17:09:00Z",
        "image_url": f"https://{SITE}/wp-content/a.jpg",
        "thumbnail_url": f"https://{SITE}/wp-content/a-300.jpg",
        "section": "World & Abroad",
        "tags": ["World & Abroad", "Cuba"],
        "authors": ["Ann Example"],
        "aliases": ["123", "/%3Fp%3D123"],
    }


async def test_number_query_and_pretty_address_are_one_article(
    redis: Client, redis_url: str, press: Publisher
):
    press.pages[API] = wordpress([post(123)])
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    query_keys = Settings(site=(SITE,), wordpress=(f"{SITE}=https://{SITE}",)).of(SITE).query_keys
    known = await aliases(redis)
    for name in ("123", f"https://{SITE}/?p=123", f"https://{SITE}/?utm_source=x&p=123"):
        article_id = id_from_url(name, query_keys) if name.startswith("http") else name
        assert known[article_id] == "/2026/02/story-123"


async def test_the_whole_archive_is_filled_in_newest_first(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress([post(n) for n in range(1, 36)])
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert len(await catalogued(redis)) == 35
    assert (await state(redis, press.url)).articles == 35
    archive = [asked for asked, _ in press.asked if "modified_after" not in asked]
    offsets = [asked.partition("offset=")[2].partition("&")[0] for asked in archive]
    assert offsets == ["0", "8", "16", "24", "32"]
    assert f"_embed={EMBEDDED}".replace(",", "%2C").replace(":", "%3A") in archive[0]


async def test_an_archive_is_gone_on_with_by_the_next_desk(redis: Client, redis_url: str, press: Publisher):
    posts = [post(n) for n in range(1, 101)]
    press.pages[API] = wordpress(posts)
    async with follows(redis_url, press.url):
        await wait_until(lambda: len(press.asked) > 3, "the archive is begun")
    press.asked.clear()
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert all("offset=0&" not in asked for asked, _ in press.asked if "modified_after" not in asked)
    assert len(await catalogued(redis)) == 100


async def test_a_post_that_goes_meanwhile_hides_no_other(redis: Client, redis_url: str, press: Publisher):
    posts = [post(n) for n in range(1, 31)]
    going = wordpress(posts)

    async def shrinking(scope: Scope, receive: Receive, send: Send) -> None:
        await going(scope, receive, send)
        # The newest goes after each page of the archive, and the others move up.
        if b"modified_after" not in scope["query_string"]:
            posts.pop()

    press.pages[API] = shrinking
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert len(await catalogued(redis)) == 30


async def test_changes_are_followed_when_the_archive_is_in(redis: Client, redis_url: str, press: Publisher):
    posts = [post(n) for n in range(1, 4)]
    press.pages[API] = wordpress(posts)
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)
        posts[0] = post(1, link=f"https://{SITE}/renamed/", modified_gmt="2099-01-01T00:00:00")
        posts += [post(n, modified_gmt="2099-01-01T00:00:01") for n in range(4, 30)]

        async def there() -> bool:
            renamed = await redis.hget(keys.alias(SITE), "/renamed")
            return bool(renamed and await redis.zcard(keys.published(SITE)) == 29)

        await wait_until(there, "every new post is in, and the old one has its new address")

    assert (await aliases(redis))["/renamed"] == "/2026/02/story-1"
    assert (await stored(redis, "/2026/02/story-1")).url == f"https://{SITE}/renamed/"


@pytest.mark.parametrize(("changed", "since"), [(-600, -660), (86_400, -60)], ids=["lately", "in the future"])
async def test_the_next_look_begins_a_minute_before_the_last_change_or_now(
    redis: Client, redis_url: str, press: Publisher, changed: int, since: int
):
    at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    press.pages[API] = wordpress([post(1, modified_gmt=(at + timedelta(seconds=changed)).isoformat())])

    def looked() -> list[datetime]:
        asked = [parse_qs(path.partition("?")[2]).get("modified_after", [""])[0] for path, _ in press.asked]
        return [datetime.fromisoformat(moment).replace(tzinfo=None) for moment in asked if moment]

    async with follows(redis_url, press.url):
        await wait_until(lambda: len(looked()) > 1, "it looks for changes again")

    assert timedelta(0) <= looked()[-1] - (at + timedelta(seconds=since)) < timedelta(seconds=30)


async def test_a_post_with_an_old_date_is_found_among_the_last_ones(
    redis: Client, redis_url: str, press: Publisher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wordpress_module, "NEWEST_EVERY", 0.1)
    posts = [post(1)]
    press.pages[API] = wordpress(posts)
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)
        posts.append(post(2, date_gmt="2001-01-01T00:00:00", modified_gmt="2001-01-01T00:00:00"))

        await wait_until(lambda: redis.hexists(keys.alias(SITE), "2"), "the old post is in")


@pytest.mark.parametrize("instead", [None, (200, {}, b"<!DOCTYPE html>The front page")])
async def test_a_site_without_pretty_addresses_has_its_api_elsewhere(
    redis: Client, redis_url: str, press: Publisher, instead: tuple[int, dict[str, str], bytes] | None
):
    if instead:
        press.pages[API] = instead
    press.pages["/"] = wordpress([post(7, link=f"https://{SITE}/?p=7")])
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert await catalogued(redis) == ["/%3Fp%3D7"]
    assert press.times(API) == 1
    assert press.asked[1][0].startswith("/?rest_route=/wp/v2/posts&")


async def test_the_feed_and_the_api_of_a_site_mean_the_same_articles(
    redis: Client, redis_url: str, press: Publisher
):
    press.pages[API] = wordpress([post(123)])
    guid = f"https://{SITE}/?p=123"
    feed = press.publish("/feed", rss(item("/2026/02/story-123/", guid=guid)))
    async with follows(redis_url, press.url, feed=(f"{SITE}={feed}",)):
        await filled_in(redis, press.url)
        await wait_until(lambda: press.times("/feed") > 1, "the feed is read")

    assert await catalogued(redis) == ["/2026/02/story-123"]
    assert [(s.url, s.last_error) for s in (await read_states(redis, SITE)).values()] in (
        [(press.url, ""), (feed, "")],
        [(feed, ""), (press.url, "")],
    )


async def test_a_post_that_cannot_be_taken_is_told_for_good(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress([post(2), post(1, title={"rendered": ""})])
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert await catalogued(redis) == ["/2026/02/story-2"]
    told = (await state(redis, press.url)).last_error
    assert told == "a page of the archive: 1 of 2 entries are left out; post 2: title: there is none"


WRONG_POSTS = [
    (7, "a post is a JSON object"),
    ({"link": "x"}, "id: it is a number"),
    (post(1, link=7), "link: it is text, not int"),
    (post(1, title="plain"), "title: it is an object with rendered text"),
    (post(1, link="https://other.example/a"), "link: other.example is no host of this site (origins)"),
    (post(1, date_gmt="soon"), "published: 'soonZ' is no date"),
    (post(1, _embedded={"author": [{"name": 7}]}), "name: it is text, not int"),
]


@pytest.mark.parametrize(("wrong", "said_"), WRONG_POSTS, ids=[said for _, said in WRONG_POSTS])
async def test_a_wrong_post_is_named_and_spoils_no_other(
    redis: Client, redis_url: str, press: Publisher, wrong: object, said_: str
):
    press.publish(API, json.dumps([wrong, post(2)]))
    async with follows(redis_url, press.url):
        await said(redis, press.url, f"1 of 2 entries are left out; post 1: {said_}")

    assert await catalogued(redis) == ["/2026/02/story-2"]


@pytest.mark.parametrize(
    ("embedded", "expected"),
    [
        ({"author": [{"code": "rest_user_invalid_id"}]}, ()),
        ({"author": "nobody", "wp:term": 7, "wp:featuredmedia": [{"code": "rest_forbidden"}]}, ()),
        ([], ()),
    ],
)
async def test_what_may_not_be_read_is_left_out(
    redis: Client, redis_url: str, press: Publisher, embedded: object, expected: tuple[str, ...]
):
    press.pages[API] = wordpress([post(1, _embedded=embedded)])
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert (await stored(redis, "/2026/02/story-1")).authors == expected


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        ((401, b'{"code": "rest_forbidden"}'), "it answers 401 Unauthorized"),
        ((200, b"<!DOCTYPE html>"), "its REST API answers no JSON"),
        ((200, b'{"code": "rest_no_route"}'), "its REST API answers no list of posts"),
        ((200, b"[" * 100_000), "its REST API answers no JSON"),
    ],
)
async def test_an_api_that_cannot_be_used_is_told(
    redis: Client, redis_url: str, press: Publisher, answered: tuple[int, bytes], told: str
):
    status, body = answered
    press.publish(API, body, status)
    async with follows(redis_url, press.url):
        await said(redis, press.url, told)

    assert await catalogued(redis) == []


async def test_what_is_no_wordpress_is_told(redis: Client, redis_url: str, press: Publisher):
    async with follows(redis_url, press.url):
        await said(redis, press.url, "it answers 404 Not Found")


async def test_a_page_that_fails_is_asked_for_again(redis: Client, redis_url: str, press: Publisher):
    posts = wordpress([post(n) for n in range(1, 26)])
    failures = 3

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal failures
        if b"offset=8&" in scope["query_string"] and failures:
            failures -= 1
            await answer(send, 500, {}, b"out of memory")
        else:
            await posts(scope, receive, send)

    press.pages[API] = failing
    async with follows(redis_url, press.url):
        await filled_in(redis, press.url)

    assert len(await catalogued(redis)) == 25
    assert failures == 0
