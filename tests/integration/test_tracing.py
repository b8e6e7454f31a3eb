"""One trace from the beacon to the commit, whoever else goes the same way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import keys
from shared.connection import Client
from shared.entry import decode
from tests.otlp import Received, Receiver, receiving
from tests.posting import SITE
from tests.published import count
from tests.spooling import own_redis
from tests.tracing import READER, asking, exporting_to, span_of, traced, traceparent
from tests.waiting import wait_until

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 zqAgentMark"
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """What takes the spans of services that begin now."""
    with receiving() as running:
        exporting_to(running.endpoint, monkeypatch)
        yield running


def asking_redis(receiver: Receiver) -> set[str]:
    """Return the spans that have a question to Redis below them."""
    return {one.parent for one in receiver.spans if one.kind == CLIENT}


def brought_back(receiver: Receiver) -> list[Received]:
    """Return the replays that succeeded; while Redis is away some do not."""
    return [one for one in receiver.named("replay") if not one.failed]


async def test_one_trace_goes_from_the_beacon_to_the_commit(
    redis: Client, redis_url: str, receiver: Receiver
):
    parent, trace = traceparent()
    async with traced(redis_url) as way:
        answer = await way.post(parent, **{"user-agent": AGENT, "referer": f"https://{SITE}/zqPage?zqMark=1"})
        commit = await span_of(receiver, "commit", trace)
        flush = await span_of(receiver, "flush", trace)
        asked = await span_of(receiver, "POST", trace)
        below = {flush.span, commit.span}
        await wait_until(lambda: below <= asking_redis(receiver), "what they asked of Redis has its spans")

    assert answer.status_code == 202
    assert (asked.name, asked.kind, asked.parent) == ("POST /v1/views", SERVER, parent.split("-")[2])
    assert asked.attributes["http.request.method"] == "POST"
    assert asked.attributes["http.route"] == "/v1/views"
    assert asked.attributes["http.response.status_code"] == 202
    assert asked.attributes["groundswell.outcome"] == "accepted"
    assert (flush.name, flush.kind, flush.parent) == ("flush gs:views:{0}", PRODUCER, asked.span)
    assert flush.links == {asked.itself}
    assert (commit.name, commit.kind, commit.parent) == ("commit gs:views:{0}", CONSUMER, flush.span)
    assert commit.links == {flush.itself}
    assert commit.attributes["groundswell.counted"] == 1
    assert (asked.service, commit.service) == ("groundswell-collector", "groundswell-counter")
    assert not any(one.failed for one in (asked, flush, commit))
    for mark in (READER, "zqAgentMark", "zqPage", "zqMark", "Firefox"):
        assert not [one.name for one in receiver.spans if mark.encode() in one.raw]


async def test_readers_whose_views_go_together_are_linked_with_one_another(
    redis: Client, redis_url: str, receiver: Receiver
):
    parents = [traceparent() for _ in range(3)]
    async with traced(redis_url, flush_interval_ms=100) as way:
        await asyncio.gather(*(way.post(parent) for parent, _ in parents))
        asked = [await span_of(receiver, "POST", trace) for _, trace in parents]
        await wait_until(lambda: receiver.named("commit"), "the views are counted")

    (flush,) = receiver.named("flush")
    (commit,) = receiver.named("commit")
    first = next(one for one in asked if one.span == flush.parent)
    assert flush.links == {one.itself for one in asked}
    assert [one.links for one in asked if one is not first] == [{flush.itself}] * 2
    assert flush.attributes["groundswell.views"] == 3
    assert commit.links == {flush.itself}
    assert {commit.trace, flush.trace} == {first.trace}


async def test_entries_that_are_counted_together_are_linked_with_one_commit(
    redis: Client, redis_url: str, receiver: Receiver
):
    parents = [traceparent() for _ in range(3)]
    async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
        for parent, _ in parents:
            await way.post(parent)
    flushes = [await span_of(receiver, "flush", trace) for _, trace in parents]
    async with traced(redis_url):
        await wait_until(lambda: receiver.named("commit"), "the entries are counted")

    (commit,) = receiver.named("commit")
    assert commit.links == {one.itself for one in flushes}
    assert commit.parent == flushes[0].span
    assert commit.attributes["groundswell.entries"] == 3


async def test_a_trace_is_kept_where_its_beacon_says_so_and_no_other_is(
    redis: Client, redis_url: str, receiver: Receiver
):
    kept, trace = traceparent()
    async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
        for parent in (None, traceparent(sampled=False)[0], "00-nonsense-01", kept):
            assert (await way.post(parent)).status_code == 202
        await span_of(receiver, "flush", trace)
        entries = [decode(fields) for _, fields in await redis.xrange(keys.views(0))]

    told = [one.traceparent for one in entries]
    assert told[:3] == [None] * 3
    assert told[3] is not None
    assert told[3].split("-")[1] == trace
    assert {one.trace for one in receiver.spans} == {trace}


async def test_of_those_that_bring_no_trace_as_many_are_kept_as_is_said(
    redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "1")
    unwanted, trace = traceparent(sampled=False)
    async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
        await way.post()
        await way.post(unwanted)
        await way.http.get("/v1/views/zqNothingHere")
        await wait_until(lambda: receiver.named("GET"), "both requests have their spans")

    (asked,) = receiver.named("POST")
    (lost,) = receiver.named("GET")
    assert (asked.parent, lost.parent) == ("", "")
    assert trace not in {one.trace for one in receiver.spans}
    assert (lost.name, lost.attributes["groundswell.reason"]) == ("GET", "not-found")
    assert not [one for one in receiver.spans if b"zqNothingHere" in one.raw], "it may be anything"


async def test_a_share_of_them_is_that_share(
    redis: Client, redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.25")
    async with traced(redis_url, counting=False, flush_interval_ms=0) as way:
        for _ in range(8):
            await way.post()
        await wait_until(lambda: len(receiver.named("flush")) == 2, "what is kept has come")
        entries = [decode(fields) for _, fields in await redis.xrange(keys.views(0))]

    assert len(receiver.named("POST")) == 2
    assert [one.traceparent is not None for one in entries] == [False, False, False, True] * 2


async def test_a_rule_of_opentelemetry_takes_the_place_of_ours(
    redis_url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    unwanted, trace = traceparent(sampled=False)
    async with traced(redis_url, counting=False) as way:
        await way.post(unwanted)
        assert await span_of(receiver, "flush", trace)


async def test_a_view_that_waits_in_the_spool_goes_on_with_its_trace(tmp_path: Path, receiver: Receiver):
    parent, trace = traceparent()
    async with own_redis(tmp_path / "redis") as server, traced(server.url, data_dir=tmp_path) as way:
        server.kill()
        assert (await way.post(parent)).status_code == 202
        await server.start()
        commit = await span_of(receiver, "commit", trace)
        await wait_until(lambda: brought_back(receiver), "the replay that wrote it has its span")
        flush = await span_of(receiver, "flush", trace)

    (replay,) = brought_back(receiver)
    assert (replay.parent, replay.links) == (flush.span, {flush.itself})
    assert flush.itself in commit.links, "the entry is the one that was spooled"
    written = [one for one in receiver.spans if one.parent == flush.span and one.kind == CLIENT]
    assert [one.failed for one in written] == [True]


async def test_a_question_has_its_commands_below_it(redis: Client, redis_url: str, receiver: Receiver):
    await count(redis, {"a": 147})
    parent, trace = traceparent()
    async with asking(redis_url) as client:
        answer = await client.get(
            "/v1/counts", params={"site": SITE, "ids": "a,zqMark"}, headers={"traceparent": parent}
        )
        asked = await span_of(receiver, "GET", trace)

    below = [one for one in receiver.spans if one.parent == asked.span]
    assert answer.json()["counts"]["a"] == 147
    assert asked.attributes["http.route"] == "/v1/counts"
    assert below
    assert {one.kind for one in below} == {CLIENT}
    assert {one.attributes["db.system.name"] for one in below} == {"redis"}
    assert not [one for one in receiver.spans if b"zqMark" in one.raw]


async def test_a_page_of_another_origin_may_send_its_trace(redis_url: str, receiver: Receiver):
    preflight = {"access-control-request-headers": "traceparent, tracestate", "origin": f"https://{SITE}"}
    async with traced(redis_url, counting=False) as way, asking(redis_url) as client:
        answers = [
            await way.http.options("/v1/views", headers=preflight),
            await client.options("/v1/counts", headers=preflight),
        ]

    for answer in answers:
        allowed = answer.headers["access-control-allow-headers"].split(", ")
        assert {"traceparent", "tracestate"} <= set(allowed)
