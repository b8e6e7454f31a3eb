"""How following the feeds goes, as the board is told."""

from shared.connection import Client
from shared.feed_state import FeedState, write_state
from shared.keys import feeds
from tests.published import SITE, query
from tests.waiting import wait_until

AT = 1_771_693_740.75


async def told(redis_url: str) -> object:
    async with query(redis_url, board="public") as (_, client):
        return (await client.get("/v1/board", params={"site": SITE})).json()["feeds"]


async def test_the_board_tells_when_each_feed_was_read_and_what_is_wrong(redis: Client, redis_url: str):
    await write_state(
        redis, SITE, FeedState("https://news.example/sitemap.xml", AT, AT, "", 40, {"etag": "x"})
    )
    wrong = "it answers 404 Not Found"
    await write_state(redis, SITE, FeedState("https://news.example/feed", AT, 0.0, wrong, 0))
    await write_state(redis, "other.example", FeedState("https://other.example/feed", AT, AT))

    assert await told(redis_url) == [
        {
            "url": "https://news.example/feed",
            "last_success_at": None,
            "failing": True,
            "last_error": wrong,
            "articles": 0,
        },
        {
            "url": "https://news.example/sitemap.xml",
            "last_success_at": "2026-02-21T17:09:00Z",
            "failing": False,
            "last_error": None,
            "articles": 40,
        },
    ]


async def test_a_site_without_feeds_has_none_on_its_board(redis_url: str):
    assert await told(redis_url) == []


async def test_a_state_that_another_release_wrote_is_left_out(redis: Client, redis_url: str):
    await redis.hset(
        feeds(SITE), mapping={"https://a": "not json", "https://b": '{"unheard": 1}', "https://c": "7"}
    )

    assert await told(redis_url) == []


async def test_a_feed_that_begins_to_fail_changes_the_board(redis: Client, redis_url: str):
    state = FeedState("https://news.example/feed", AT, AT, "", 3)
    await write_state(redis, SITE, state)
    async with query(redis_url, board="public") as (_, client):
        tag = (await client.get("/v1/board", params={"site": SITE})).headers["etag"]
        await write_state(redis, SITE, FeedState(state.url, AT + 30, AT, "it answers 500", 3))

        async def changed() -> bool:
            return (await client.get("/v1/board", params={"site": SITE})).headers["etag"] != tag

        await wait_until(changed, "the board has another tag")
