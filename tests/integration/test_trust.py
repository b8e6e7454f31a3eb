"""Tokens and the weight of a list's own views, over HTTP and on to the counts."""

import json

import pytest
from prometheus_client import CollectorRegistry

from services.counter.group import ensure_group
from shared import keys
from shared.arrivals import read_arrivals
from shared.connection import Client
from shared.decay import HALF_LIVES
from shared.token import token_of
from tests.collectors import BATCH_KEY, client_of, collector_at, on_the_stream, post
from tests.entries import SITE, committing, deliver, now_ms, views_of

SECRET = "correct horse battery staple"
TOKENS = {"token_secret": SECRET, "require_token": True}


@pytest.mark.parametrize(
    ("token", "reason"), [({}, "no-token"), ({"token": token_of(SECRET, SITE, "/other")}, "wrong-token")]
)
async def test_a_view_without_the_token_of_its_article_is_dropped_and_named(
    redis: Client, redis_url: str, token: dict[str, str], reason: str
):
    registry = CollectorRegistry()
    async with collector_at(redis_url, registry, **TOKENS) as collector, client_of(collector) as http:
        view = {"site": SITE, "article": "/invented", **token}
        posted = await http.post(
            "/v1/views", content=json.dumps(view), headers={"content-type": "text/plain"}
        )
        pixel = await http.get("/v1/view.gif", params=view)

    assert (posted.status_code, pixel.status_code) == (202, 200)
    for answer in (posted, pixel):
        assert answer.headers["x-groundswell-outcome"] == "dropped"
        assert answer.headers["x-groundswell-reason"] == reason
    assert await on_the_stream(redis) == []
    assert registry.get_sample_value("groundswell_views_dropped_total", {"reason": reason}) == 2
    assert (await read_arrivals(redis, SITE, now_ms() / 1000)).dropped == {reason: 2}


async def test_a_view_with_the_token_of_its_article_is_taken(redis: Client, redis_url: str):
    async with collector_at(redis_url, **TOKENS) as collector, client_of(collector) as http:
        assert await post(collector, {"article": "/a", "token": token_of(SECRET, SITE, "/a")}) == "accepted"
        pixel = await http.get(
            "/v1/view.gif", params={"site": SITE, "article": "/b", "token": token_of(SECRET, SITE, "/b")}
        )

    assert pixel.headers["x-groundswell-outcome"] == "accepted"
    assert {view.article for view in await on_the_stream(redis)} == {"/a", "/b"}


async def test_a_server_with_a_key_needs_no_token(redis: Client, redis_url: str):
    async with collector_at(redis_url, **TOKENS) as collector, client_of(collector) as http:
        answer = await http.post(
            "/v1/views/batch",
            json=[{"site": SITE, "article": "/a"}],
            headers={"authorization": f"Bearer {BATCH_KEY}"},
        )

    assert answer.json() == {"accepted": 1, "dropped": 0, "errors": []}


async def test_a_view_by_way_of_a_list_weighs_less_and_counts_whole(redis: Client, redis_url: str):
    await ensure_group(redis, 0)
    async with collector_at(redis_url, via_weight=0.25) as collector, client_of(collector) as http:
        await post(collector, {"article": "/found"})
        await post(collector, {"article": "/listed", "via": "trending"})
        await http.post(
            "/v1/views/batch",
            json=[{"site": SITE, "article": "/batched", "via": "newsletter"}],
            headers={"authorization": f"Bearer {BATCH_KEY}"},
        )

    await deliver(redis, committing(redis))

    assert [await views_of(redis, one) for one in ("/found", "/listed", "/batched")] == [1, 1, 1]
    for name, half_life in HALF_LIVES.items():
        board = keys.board(0, SITE, name)
        found, listed, batched = [await redis.zscore(board, one) for one in ("/found", "/listed", "/batched")]
        # Two half-lives lower is a quarter of the weight.
        assert found - listed == pytest.approx(2 * half_life, abs=5)
        assert found - batched == pytest.approx(2 * half_life, abs=5)


async def test_unless_told_otherwise_a_view_by_way_of_a_list_weighs_as_any(redis: Client, redis_url: str):
    async with collector_at(redis_url) as collector:
        await post(collector, {"article": "/a", "via": "trending"})

    [view] = await on_the_stream(redis)
    assert (view.weight, view.via) == (1.0, "trending")
