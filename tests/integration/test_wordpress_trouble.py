"""Following a WordPress that is wrong, forbids or fails: what is wrong is told, and spoils no other post."""

import json

import pytest

from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.http import Receive, Scope, Send
from tests.desks import SITE, catalogued
from tests.feeds import Publisher, answer, post, wordpress
from tests.following import API, filled_in, follows_wordpress, said, state

pytestmark = pytest.mark.usefixtures("wordpress_in_quick_succession")


async def stored(redis: Client, article_id: str) -> Article:
    return Article.from_hash(await redis.hgetall(keys.article(SITE, article_id)))


async def test_a_post_that_cannot_be_taken_is_told_for_good(redis: Client, redis_url: str, press: Publisher):
    press.pages[API] = wordpress([post(2), post(1, title={"rendered": ""})])
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
        await said(redis, press.url, told)

    assert await catalogued(redis) == []


async def test_what_is_no_wordpress_is_told(redis: Client, redis_url: str, press: Publisher):
    async with follows_wordpress(redis_url, press.url):
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
    async with follows_wordpress(redis_url, press.url):
        await filled_in(redis, press.url)

    assert len(await catalogued(redis)) == 25
    assert failures == 0
