"""A botnet that reloads one article: what it moves, on the way from the collector to the boards."""

import asyncio
import random

import pytest

from services.collector import Collector
from services.counter.group import ensure_group
from shared import keys, ledger
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from tests.collectors import collector_at, on_the_stream, post
from tests.entries import SITE, committing, deliver, now_ms, totals, views_of

BOTS = 50
RELOADS = 10_000
WINDOW = 1_800


async def reload(collector: Collector, peer: str) -> None:
    """Post ten thousand views of one article, each with an event id of its own, from fifty addresses.

    What stands left of an address its sender wrote, and it is another one each time.
    """
    chance = random.Random(50)
    for start in range(0, RELOADS, 500):
        outcomes = await asyncio.gather(
            *[
                post(
                    collector,
                    {"article": "/pushed", "event_id": str(n)},
                    peer=peer,
                    x_forwarded_for=f"192.0.2.{chance.randrange(256)}, 198.51.100.{n % BOTS}",
                )
                for n in range(start, start + 500)
            ]
        )
        assert set(outcomes) == {"accepted"}


@pytest.mark.parametrize(("peer", "visitors"), [("127.0.0.1", BOTS), ("203.0.113.9", 1)])
async def test_a_botnet_moves_an_article_by_one_view_a_visitor_and_window(
    redis: Client, redis_url: str, peer: str, visitors: int
):
    await ensure_group(redis, 0)
    async with collector_at(redis_url) as collector:
        await reload(collector, peer)
    views = await on_the_stream(redis)

    await deliver(redis, committing(redis, window=WINDOW))

    # Within one half hour that is the number of visitors; at its end, or over midnight, twice that.
    once = {(view.visitor, view.received_ms // (WINDOW * 1000)) for view in views}
    windows = {window for _, window in once}
    assert len(once) <= visitors * len(windows) <= visitors * 2
    assert await views_of(redis, "/pushed") == len(once)
    assert await totals(redis) == {
        "accepted": RELOADS,
        "counted": len(once),
        "duplicates": RELOADS - len(once),
    }
    for name, half_life in HALF_LIVES.items():
        score = await redis.zscore(keys.board(0, SITE, name), "/pushed")
        assert Decay(half_life).weight(score, now_ms() / 1000) <= len(once)
    assert (await ledger.read(redis, 0)).balanced
