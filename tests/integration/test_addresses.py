"""What is noticed about addresses, and told without naming one."""

import asyncio
import json
import time
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services import counter
from services.query.newsroom.advice import advise
from shared import keys
from shared.arrivals import read_arrivals
from shared.connection import Client
from shared.settings import Settings
from tests.collectors import SITE, collector_at, on_the_stream, post
from tests.published import query
from tests.waiting import wait_until

PROXY, STRANGER = "203.0.113.77", "203.0.113.200"


async def advice(redis: Client) -> list[str]:
    now = time.time()
    return advise(await read_arrivals(redis, SITE, now), now)


@pytest.mark.parametrize(("of_the_proxy", "said"), [(190, False), (260, True)])
async def test_an_address_that_carries_a_fifth_of_a_thousand_views_is_spoken_of(
    redis: Client, redis_url: str, of_the_proxy: int, said: bool
):
    registry = CollectorRegistry()
    async with collector_at(redis_url, registry) as collector:
        peers = [PROXY if n < of_the_proxy else f"198.51.{n // 250}.{n % 250}" for n in range(1_000)]
        await asyncio.gather(*(post(collector, {"article": "/a"}, peer=peer) for peer in peers))

    share = registry.get_sample_value("groundswell_heaviest_address_share", {"site": SITE})
    assert share is not None
    assert share == pytest.approx(of_the_proxy / 1_000, abs=0.005)
    spoken_of = [sentence for sentence in await advice(redis) if "come from one address" in sentence]
    assert bool(spoken_of) is said
    assert all(sentence.startswith("26% of the views") for sentence in spoken_of)


async def test_an_untrusted_forwarded_address_is_not_believed_and_is_spoken_of(redis: Client, redis_url: str):
    registry = CollectorRegistry()
    async with collector_at(redis_url, registry) as collector:
        for n in range(3):
            await post(collector, {"article": "/a"}, peer=PROXY, x_forwarded_for=f"198.51.100.{n}")
        await post(collector, {"article": "/a"}, peer="127.0.0.1", x_forwarded_for="198.51.100.9")

    assert registry.get_sample_value("groundswell_untrusted_forwarded_total") == 3
    assert len({view.visitor for view in await on_the_stream(redis)}) == 2, "behind it all are one"
    [sentence] = [one for one in await advice(redis) if "X-Forwarded-For" in one]
    assert sentence.startswith("3 readings came with X-Forwarded-For")
    assert "--trusted-proxy" in sentence


async def test_the_board_says_so(redis: Client, redis_url: str):
    async with collector_at(redis_url) as collector:
        await post(collector, {"article": "/a"}, peer=STRANGER, x_forwarded_for="198.51.100.1")
    async with query(redis_url, board="public") as (_, http):
        answer: dict[str, Any] = (await http.get(f"/v1/board?site={SITE}")).json()

    assert any("--trusted-proxy" in sentence for sentence in answer["arrivals"]["advice"])


async def test_what_is_told_names_no_address(redis: Client, redis_url: str):
    registry = CollectorRegistry()
    async with collector_at(redis_url, registry) as collector:
        view = {"article": "/a"}
        forged = [post(collector, view, peer=PROXY, x_forwarded_for="198.51.100.199") for _ in range(1_000)]
        await asyncio.gather(*forged)

    [key] = await redis.keys(keys.arrivals(SITE, "*"))
    told = await redis.hgetall(key)
    told.pop(b"last_ms")
    assert told == {b"accepted": b"1000", b"untrusted": b"1000", b"heaviest": b"1000"}
    everything = generate_latest(registry) + json.dumps(await advice(redis)).encode()
    for kept in await redis.keys("*"):
        everything += kept + await redis.dump(kept)
    assert b"203.0.113" not in everything
    assert b"198.51.100" not in everything


async def test_the_newest_hour_says_whether_it_is_still_so(redis: Client):
    now = time.time()
    for hours_ago, share in ((0, 30), (1, 900)):
        stamp = time.strftime("%Y%m%d%H", time.gmtime(now - 3_600 * hours_ago))
        await redis.hset(keys.arrivals(SITE, stamp), mapping={"heaviest": share, "last_ms": 1})

    assert (await read_arrivals(redis, SITE, now)).heaviest == 0.03


async def test_readers_behind_one_address_count_once_for_each_of_their_browsers(
    redis: Client, redis_url: str
):
    counting = counter.build(Settings(redis_url=redis_url, site=(SITE,)), CollectorRegistry())  # type: ignore[arg-type]
    await counting.start()
    try:
        async with collector_at(redis_url) as collector:
            browsers = [f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Firefox/{n}.0" for n in range(130, 142)]
            crowd = [
                post(collector, {"article": "/a"}, **{"user-agent": browser}) for browser in browsers * 5
            ]
            await asyncio.gather(*crowd)

        async def all_settled() -> bool:
            total = await redis.hgetall(keys.total(0))
            return int(total.get(b"counted", 0)) + int(total.get(b"duplicates", 0)) == 60

        await wait_until(all_settled, "sixty views are counted or known")
        assert await redis.hget(keys.count(0, SITE), "/a") == b"12"
    finally:
        await counting.stop()
