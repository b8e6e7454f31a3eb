"""Following a WordPress: its archive once, its changes for ever, and one article under all its names."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from services.desk.follow import wordpress as wordpress_module
from services.desk.follow.wp_post import EMBEDDED
from shared import keys
from shared.article import Article
from shared.article_id import id_from_url
from shared.connection import Client
from shared.feed_state import read_states
from shared.http import Receive, Scope, Send
from shared.settings import Settings
from tests.desks import SITE, aliases, catalogued
from tests.feeds import Publisher, item, post, rss, wordpress
from tests.following import API, filled_in, follows_wordpress, state
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("wordpress_in_quick_succession")

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


async def stored(redis: Client, article_id: str) -> Article:
    return Article.from_hash(await redis.hgetall(keys.article(SITE, article_id)))


async def test_a_post_tells_all_that_an_article_has(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress(
        [post(123, title={"rendered": "Tom &#038; <em>Jerry</em>"}, _embedded=EMBEDS)]
    )
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
        await filled_in(redis, press.url)

    query_keys = Settings(site=(SITE,), wordpress=(f"{SITE}=https://{SITE}",)).of(SITE).query_keys
    known = await aliases(redis)
    for name in ("123", f"https://{SITE}/?p=123", f"https://{SITE}/?utm_source=x&p=123"):
        article_id = id_from_url(name, query_keys) if name.startswith("http") else name
        assert known[article_id] == "/2026/02/story-123"


async def test_the_whole_archive_is_filled_in_newest_first(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress([post(n) for n in range(1, 36)])
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
        await wait_until(lambda: len(press.asked) > 3, "the archive is begun")
    press.asked.clear()
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
        await filled_in(redis, press.url)

    assert len(await catalogued(redis)) == 30


async def test_changes_are_followed_when_the_archive_is_in(redis: Client, redis_url: str, press: Publisher):
    posts = [post(n) for n in range(1, 4)]
    press.pages[API] = wordpress(posts)
    async with follows_wordpress(redis_url, press.url):
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

    async with follows_wordpress(redis_url, press.url):
        await wait_until(lambda: len(looked()) > 1, "it looks for changes again")

    assert timedelta(0) <= looked()[-1] - (at + timedelta(seconds=since)) < timedelta(seconds=30)


async def test_a_post_with_an_old_date_is_found_among_the_last_ones(
    redis: Client, redis_url: str, press: Publisher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wordpress_module, "NEWEST_EVERY", 0.1)
    posts = [post(1)]
    press.pages[API] = wordpress(posts)
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url, feed=(f"{SITE}={feed}",)):
        await filled_in(redis, press.url)
        await wait_until(lambda: press.times("/feed") > 1, "the feed is read")

    assert await catalogued(redis) == ["/2026/02/story-123"]
    assert [(s.url, s.last_error) for s in (await read_states(redis, SITE)).values()] in (
        [(press.url, ""), (feed, "")],
        [(feed, ""), (press.url, "")],
    )
