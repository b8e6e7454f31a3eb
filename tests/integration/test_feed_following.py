"""A desk that follows feeds: what is published is soon in the catalogue, and what is wrong is soon told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.desk.catalogue import delete_article, put_articles
from services.desk.follow import feed as feed_module
from services.desk.follow import following
from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.feed_state import read_states
from shared.http import Receive, Scope, Send
from tests.desks import OTHER_SITE, SITE, article, catalogued
from tests.feeds import Publisher, item, rss
from tests.following import following_at, said, state
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def in_quick_succession(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds are asked twenty times a second."""
    monkeypatch.setattr(following, "rest", lambda interval, **asked: 0.05)


@asynccontextmanager
async def follows(
    redis_url: str, *urls: str, site: str = SITE, registry: CollectorRegistry | None = None, **given: Any
) -> AsyncIterator[None]:
    feeds = tuple(f"{site}={url}" for url in urls)
    async with following_at(redis_url, registry, **{"feed": feeds, **given}):
        yield


async def all_is_well(redis: Client, url: str) -> None:
    async def told() -> bool:
        return (await state(redis, url)).last_error == ""

    await wait_until(told, "the state says that all is well")


async def listed(redis: Client, *ids: str) -> None:
    async def there() -> bool:
        return bool(await redis.zrange(keys.published(SITE), 0, -1) == [one.encode() for one in ids])

    await wait_until(there, f"the catalogue is {ids}")


async def test_what_is_published_is_soon_in_the_catalogue(redis: Client, redis_url: str, press: Publisher):
    url = press.publish("/feed", rss(item("/a")), etag='"1"')
    async with follows(redis_url, url):
        await listed(redis, "/a")

        press.publish("/feed", rss(item("/b"), item("/a", title="Changed")), etag='"2"')

        await listed(redis, "/a", "/b")
        assert await redis.hget(keys.article(SITE, "/a"), "title") == b"Changed"


async def test_a_feed_that_has_not_changed_is_not_sent_again(redis: Client, redis_url: str, press: Publisher):
    url = press.publish("/feed", rss(item("/a")), etag='"1"', last_modified="Sat, 21 Feb 2026 17:09:00 GMT")
    async with follows(redis_url, url):
        await wait_until(lambda: press.times("/feed") > 3, "it was asked for again")

    conditions = [(h.get("if-none-match"), h.get("if-modified-since")) for _, h in press.asked]
    assert conditions[0] == (None, None)
    assert set(conditions[1:]) == {('"1"', "Sat, 21 Feb 2026 17:09:00 GMT")}
    found = await state(redis, url)
    assert (found.articles, found.last_error) == (1, "")
    assert time.time() - found.last_success_at < 20


async def test_a_desk_that_starts_again_goes_on_where_it_was(redis: Client, redis_url: str, press: Publisher):
    url = press.publish("/feed", rss(item("/a")), etag='"1"')
    async with follows(redis_url, url):
        await wait_until(lambda: press.times("/feed") > 1, "it was read")
    press.asked.clear()

    async with follows(redis_url, url):
        await wait_until(lambda: press.times("/feed") > 0, "it was asked for")

    assert press.asked[0][1]["if-none-match"] == '"1"'


async def test_a_server_without_conditions_is_not_read_again_either(
    redis: Client, redis_url: str, press: Publisher
):
    url = press.publish("/feed", rss(item("/a")))
    async with follows(redis_url, url):
        await listed(redis, "/a")
        await redis.delete(keys.published(SITE), keys.article(SITE, "/a"))
        asked = press.times("/feed")
        await wait_until(lambda: press.times("/feed") > asked + 3, "it was asked for again")

        assert await catalogued(redis) == []


async def test_what_was_refused_is_tried_again_after_a_while(
    redis: Client, redis_url: str, press: Publisher, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_module, "WHOLE_EVERY", 0.1)
    other = Article.model_validate(
        {name: value for name, value in article("other", aliases=["story-a"]).items() if name != "site"}
    )
    await put_articles(redis, SITE, [other])
    url = press.publish("/feed", rss(item("/a"), item("/b")), etag='"1"')
    async with follows(redis_url, url):
        await wait_until(lambda: press.times("/feed") > 0, "it was read")
        press.publish("/feed", rss(item("/a", guid="story-a"), item("/b")), etag='"2"')
        await said(redis, url, "1 of 2 entries are left out; /a: its ids name several articles")
        await delete_article(redis, SITE, "other")

        await all_is_well(redis, url)
        await wait_until(lambda: redis.hget(keys.alias(SITE), "story-a"), "the id is the article's")


async def test_an_entry_from_the_future_and_one_without_id_are_told_and_the_others_taken(
    redis: Client, redis_url: str, press: Publisher
):
    coming = item("/coming", pubDate="Sat, 21 Feb 2099 17:09:00 +0000")
    url = press.publish("/feed", rss(item("/a"), coming, item(link="")))
    async with follows(redis_url, url):
        await said(
            redis, url, "2 of 3 entries are left out; item 2: published: 2099-02-21T17:09:00+00:00 is in"
        )

    assert await catalogued(redis) == ["/a"]
    assert (await state(redis, url)).articles == 1


BAD = {
    "/html": (b"<!DOCTYPE html><p>Moved!", "it is an HTML page, not a feed"),
    "/malformed": (
        b"<rss><channel><item><title>x</channel>",
        "nothing in it can be used; item 1: the XML is",
    ),
    "/huge": (b" " * (5 * 1024 * 1024 + 1), "it is larger than 5 MiB"),
    "/idless": (rss(item(link="")).encode(), "nothing in it can be used; item 1: link: there is none"),
}


@pytest.mark.parametrize("path", BAD)
async def test_a_bad_feed_is_told_and_the_last_good_state_stays(
    redis: Client, redis_url: str, press: Publisher, path: str
):
    body, expected = BAD[path]
    url = press.publish(path, rss(item("/a")))
    async with follows(redis_url, url):
        await listed(redis, "/a")
        good = await state(redis, url)
        press.publish(path, body)
        await said(redis, url, expected)

        assert await catalogued(redis) == ["/a"]
        bad = await state(redis, url)
        assert bad.articles == 1
        assert bad.last_success_at - good.last_success_at < bad.last_try_at - good.last_try_at

        press.publish(path, rss(item("/a"), item("/b")))
        await listed(redis, "/a", "/b")
        await all_is_well(redis, url)


async def test_a_feed_that_hangs_keeps_no_other_from_being_followed(
    redis: Client, redis_url: str, press: Publisher
):
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await receive()

    press.pages["/silent"] = silent
    good = press.publish("/good", rss(item("/a")))
    async with follows(redis_url, press.url + "/silent", good):
        await listed(redis, "/a")


async def test_a_private_address_is_told(redis: Client, redis_url: str, press: Publisher):
    url = press.publish("/feed", rss(item("/a")))
    async with follows(redis_url, url, feed_networks=()):
        await said(redis, url, "the host 127.0.0.1 has the address 127.0.0.1, which is not public")

    assert press.asked == []


async def test_feeds_of_two_sites_stay_apart(redis: Client, redis_url: str, press: Publisher):
    one = press.publish("/one", rss(item("/a")))
    other = press.publish("/other", rss(item("/b").replace(SITE, OTHER_SITE)))
    async with follows(redis_url, feed=(f"{SITE}={one}", f"{OTHER_SITE}={other}")):
        await listed(redis, "/a")

        async def there() -> bool:
            return bool(await redis.zrange(keys.published(OTHER_SITE), 0, -1) == [b"/b"])

        await wait_until(there, "the other site has its article")


async def test_a_feed_that_is_followed_no_more_leaves_its_articles(
    redis: Client, redis_url: str, press: Publisher
):
    url = press.publish("/feed", rss(item("/a")))
    async with follows(redis_url, url):
        await listed(redis, "/a")
        await wait_until(lambda: read_states(redis, SITE), "its state is written down")
    async with follows(redis_url):

        async def forgotten() -> bool:
            return not await read_states(redis, SITE)

        await wait_until(forgotten, "the feed is forgotten")

    assert await catalogued(redis) == ["/a"]


async def test_redis_that_goes_and_comes_back_is_waited_for(redis: Client, redis_url: str, press: Publisher):
    url = press.publish("/feed", rss(item("/a")))
    async with follows(redis_url, url):
        await listed(redis, "/a")
        await redis.config_set("maxmemory", 1)
        try:
            press.publish("/feed", rss(item("/a"), item("/b")))
            asked = press.times("/feed")
            await wait_until(lambda: press.times("/feed") > asked + 3, "it was asked for in vain")
        finally:
            await redis.config_set("maxmemory", 0)
        await listed(redis, "/a", "/b")


async def test_how_it_goes_is_counted(redis: Client, redis_url: str, press: Publisher):
    registry = CollectorRegistry()
    url = press.publish("/feed", rss(item("/a"), item(link="")))
    bad = press.publish("/bad", "<html>")
    async with follows(redis_url, url, bad, registry=registry):
        await listed(redis, "/a")

        def value(name: str, **labels: str) -> float:
            return registry.get_sample_value(name, labels) or 0

        def counted() -> bool:
            return value("groundswell_feed_turns_total", outcome="failed") > 1

        await wait_until(counted, "a failure is counted")

    assert value("groundswell_feed_entries_total", outcome="stored") == 1
    assert value("groundswell_feed_entries_total", outcome="refused") == 1
    assert value("groundswell_feed_turns_total", outcome="done") > 0
    # The bad one was never read.
    assert registry.get_sample_value("groundswell_feed_success_timestamp_seconds", {"site": SITE}) == 0


async def test_a_desk_without_feeds_asks_nobody_and_ends_at_once(redis: Client, redis_url: str):
    async with follows(redis_url):
        await asyncio.sleep(0)

    assert await redis.keys("*") == []
