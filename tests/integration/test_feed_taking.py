"""Entries become articles: which article an entry is, and what of it changes."""

import httpx
import pytest

from services.desk.follow.entry import Entry
from services.desk.follow.taking import Taken, take
from shared import keys
from shared.connection import Client
from tests.desks import SITE, aliases, article, catalogued, changes
from tests.feeds import item, read, rss


def entries(*items: str) -> list[Entry]:
    document = read(rss(*items))
    assert document.unfit == []
    return document.entries


async def took(redis: Client, *items: str) -> Taken:
    return await take(redis, SITE, entries(*items), (), by="feed")


async def field(redis: Client, article_id: str, name: str) -> str:
    return str((await redis.hget(keys.article(SITE, article_id), name)).decode())


async def test_an_entry_that_nobody_knows_is_a_new_article(redis: Client):
    found = await took(redis, item("/a", guid="story-a"), item("/b"))

    assert (found.stored, found.unchanged, found.refused) == (2, 0, [])
    assert await catalogued(redis) == ["/a", "/b"]
    assert await aliases(redis) == {"story-a": "/a"}
    assert [fields[b"who"] for _, fields in await redis.xrange(keys.AUDIT)] == [b"feed"] * 2


async def test_the_same_entries_again_change_nothing(redis: Client):
    await took(redis, item("/a", guid="story-a"))

    found = await took(redis, item("/a", guid="story-a"))

    assert (found.stored, found.unchanged) == (0, 1)
    assert len(await changes(redis)) == 1


async def test_an_entry_that_has_changed_changes_its_article(redis: Client):
    await took(redis, item("/a", title="Before"))
    await took(redis, item("/a", title="After"))

    assert await field(redis, "/a", "title") == "After"


async def test_leaving_a_feed_is_no_removal(redis: Client):
    await took(redis, item("/a"), item("/b"))
    await took(redis, item("/c"))

    assert await catalogued(redis) == ["/a", "/b", "/c"]


async def test_a_changed_slug_is_the_same_article(redis: Client):
    await took(redis, item("/old", guid="story-a"))

    found = await took(redis, item("/new", guid="story-a"))

    assert found.stored == 1
    assert await catalogued(redis) == ["/old"]
    assert await aliases(redis) == {"story-a": "/old", "/new": "/old"}
    assert await field(redis, "/old", "url") == f"https://{SITE}/new"


async def test_what_the_newsroom_put_stays_where_the_feed_says_nothing(
    redis: Client, desk: httpx.AsyncClient
):
    put = article("cms-7", url=f"https://{SITE}/a", section="World", image_url=f"https://{SITE}/a.jpg")
    await desk.put("/v1/article", json={**put, "aliases": ["older-slug"]})

    await took(redis, item("/a", title="From the feed"))

    assert await catalogued(redis) == ["cms-7"]
    assert await aliases(redis) == {"/a": "cms-7", "older-slug": "cms-7"}
    told = [await field(redis, "cms-7", name) for name in ("title", "section", "image_url")]
    assert told == ["From the feed", "World", f"https://{SITE}/a.jpg"]


async def test_an_article_that_was_merged_is_not_made_again(redis: Client, desk: httpx.AsyncClient):
    await took(redis, item("/a"), item("/b"))
    await desk.post("/v1/article/merge", json={"site": SITE, "from": "/a", "into": "/b"})

    found = await took(redis, item("/a", title="It is b"))

    assert (found.stored, found.refused) == (1, [])
    assert await catalogued(redis) == ["/b"]
    assert await field(redis, "/b", "title") == "It is b"
    assert await aliases(redis) == {"/a": "/b"}


async def test_ids_of_two_articles_on_one_entry_are_refused_and_named(redis: Client):
    await took(redis, item("/a", guid="story-a"), item("/b", guid="story-b"))
    before = await redis.hgetall(keys.article(SITE, "/a"))

    found = await took(redis, item("/a", guid="story-b", title="Whose?"), item("/c"))

    assert found.stored == 1
    assert found.refused == [
        "/a: its ids name several articles: '/a' is the article '/a', 'story-b' is the article '/b'"
    ]
    assert await redis.hgetall(keys.article(SITE, "/a")) == before
    assert await catalogued(redis) == ["/a", "/b", "/c"]


async def test_an_id_that_stands_on_every_entry_names_none(redis: Client):
    await took(redis, item("/a", guid="always-this"), item("/b", guid="always-this"))

    assert await catalogued(redis) == ["/a", "/b"]
    assert await aliases(redis) == {}


async def test_of_two_entries_for_one_article_the_first_counts(redis: Client):
    found = await took(redis, item("/a", title="Newer"), item("/a/", title="Older"))

    assert found.stored == 1
    assert await field(redis, "/a", "title") == "Newer"


async def test_a_date_of_the_last_change_does_not_make_an_old_article_new(redis: Client):
    await took(redis, item("/a"))
    changed = item("/a", title="Changed", pubDate="").replace(
        "</item>", '<updated xmlns="http://www.w3.org/2005/Atom">2026-02-21T17:50:00Z</updated></item>'
    )

    assert (await took(redis, changed)).stored == 1
    assert await field(redis, "/a", "title") == "Changed"
    assert await field(redis, "/a", "published_at") == "2026-02-21T17:09:00Z"


async def test_a_thousand_entries_are_taken(redis: Client):
    many = [item(f"/{n}", guid=f"story-{n}") for n in range(1_200)]

    assert (await took(redis, *many)).stored == 1_200
    assert (await took(redis, *many)).unchanged == 1_200
    assert len(await aliases(redis)) == 1_200


async def test_nothing_at_all_is_taken(redis: Client):
    assert await took(redis) == Taken()
    assert await redis.keys("*") == []


@pytest.mark.parametrize("name", ["title", "url"])
async def test_a_field_that_the_catalogue_does_not_take_is_named(redis: Client, name: str):
    [good] = entries(item("/a"))
    bad = Entry("/bad", (), {**good.said, name: "a\x85b"})

    found = await take(redis, SITE, [bad, good], (), by="feed")

    assert found.stored == 1
    assert [refused.startswith(f"/bad: {name}: ") for refused in found.refused] == [True]
