"""Where visitors are not told apart, nothing on a stream could tell."""

import json

import pytest

from shared import keys
from shared.connection import Client
from shared.partition import load_plan
from shared.settings import Settings
from tests.collectors import BATCH_KEY, SITE, client_of, collector_at, on_the_stream, post
from tests.entries import committing, deliver, now_ms, totals


async def test_every_view_counts_and_an_event_once(redis: Client, redis_url: str) -> None:
    async with collector_at(redis_url, visitor="off") as collector:
        for event in (None, None, "e-1", "e-1", "e-2"):
            view = {"article": "/a", **({} if event is None else {"event_id": event})}
            assert await post(collector, view) == "accepted"
        found = await on_the_stream(redis)
        await load_plan(redis, 1, now_ms() / 1000)
        await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
        await deliver(redis, committing(redis))

    assert {view.visitor for view in found} == {None}
    assert [view.event is None for view in found] == [True, True, False, False, False]
    counted = await totals(redis)
    assert (counted["counted"], counted["duplicates"]) == (4, 1)
    assert await redis.exists(keys.readers(0, SITE)) == 0


async def test_an_event_is_the_same_from_another_address(redis: Client, redis_url: str) -> None:
    async with collector_at(redis_url, visitor="off") as collector:
        for peer in ("203.0.113.9", "198.51.100.7"):
            await post(collector, {"article": "/a", "event_id": "e-1"}, peer=peer)
        first, second = await on_the_stream(redis)

    assert first.event == second.event


async def test_a_visitor_that_a_server_names_is_forgotten(redis: Client, redis_url: str) -> None:
    views = [{"site": SITE, "article": "/a", "visitor": "reader-7"}] * 2
    async with collector_at(redis_url, visitor="off") as collector, client_of(collector) as client:
        answer = await client.post(
            "/v1/views/batch",
            content=json.dumps(views),
            headers={"authorization": f"Bearer {BATCH_KEY}", "content-type": "application/json"},
        )
        found = await on_the_stream(redis)

    assert answer.json()["accepted"] == 2
    assert [view.visitor for view in found] == [None, None]


@pytest.mark.parametrize(
    ("everywhere", "here", "apart"),
    [("daily", None, True), ("off", None, False), ("daily", "off", False), ("off", "daily", True)],
)
def test_a_site_may_differ_from_the_others(everywhere: str, here: str | None, apart: bool) -> None:
    settings = Settings(sites={SITE: {"visitor": here}}, visitor=everywhere)  # type: ignore[dict-item, arg-type]

    assert settings.tells_visitors_apart(SITE) is apart
