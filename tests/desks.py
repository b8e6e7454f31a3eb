"""A desk to talk to, articles to put, and what was counted, written as the counter writes it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from services.desk import build
from services.desk.service import Desk
from shared import hours, keys
from shared.connection import Client
from shared.decay import HALF_LIVES
from shared.partition import load_plan
from shared.settings import Settings

SITE = "news.example"
OTHER_SITE = "other.example"
QUERY_SITE = "query.example"
"""A site whose articles are named by the query parameter `p`."""

Refused = Callable[[httpx.Response, str], Awaitable[dict[str, Any]]]
"""Looks at all that a refusal promises, and returns the problem."""

KEY = "desk-key"
WITH_KEY = {"authorization": f"Bearer {KEY}"}


def settings(redis_url: str | None, **given: Any) -> Settings:
    return Settings(
        **{
            "redis_url": redis_url,
            "site": (SITE, OTHER_SITE),
            "sites": {QUERY_SITE: {"query_keys": ("p",)}},
            "desk_key": KEY,
            **given,
        }
    )


@asynccontextmanager
async def desk_at(
    redis_url: str, registry: CollectorRegistry | None = None, **given: Any
) -> AsyncIterator[Desk]:
    """A desk that answers; it sweeps once it is started."""
    desk = build(settings(redis_url, **given), registry or CollectorRegistry())
    try:
        yield desk
    finally:
        await desk.stop()


@asynccontextmanager
async def client_of(desk: Desk, headers: dict[str, str] | None = None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=desk.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", headers=WITH_KEY if headers is None else headers
    ) as client:
        yield client


def article(article_id: str = "cuban-advisers", **given: Any) -> dict[str, Any]:
    """An article as a newsroom puts it; an id that is a path is that of its address."""
    path = article_id if article_id.startswith("/") else f"/2026/02/{article_id}"
    return {
        "site": SITE,
        "id": article_id,
        "url": f"https://news.example{path}",
        "title": f"The story of {article_id}",
        "published_at": "2026-02-21T17:09:00Z",
        **given,
    }


async def aliases(redis: Client, site: str = SITE) -> dict[str, str]:
    return {k.decode(): v.decode() for k, v in (await redis.hgetall(keys.alias(site))).items()}


async def catalogued(redis: Client, site: str = SITE) -> list[str]:
    """The ids in the catalogue, each of which has its hash."""
    ids = [raw.decode() for raw in await redis.zrange(keys.published(site), 0, -1)]
    hashes = {raw.decode() for raw in await redis.keys(keys.article(site, "*"))}
    assert hashes == {keys.article(site, article_id) for article_id in ids}
    return ids


async def use_partitions(redis: Client, partitions: int) -> None:
    await load_plan(redis, partitions, time.time())


async def count(
    redis: Client, article_id: str, views: int, *, p: int = 0, at: float, score: float, readers: int = 0
) -> None:
    """Count views of one moment, as the commit script does, with a score for every board."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hincrby(keys.count(p, SITE), article_id, views)
        pipe.hincrby(keys.readers(p, SITE), article_id, readers)
        for half_life in HALF_LIVES:
            pipe.zadd(keys.board(p, SITE, half_life), {article_id: score})
        for key, days in (
            (keys.hour(p, SITE, hours.hour_stamp(at)), 8),
            (keys.day(p, SITE, hours.day_stamp(at)), 400),
        ):
            pipe.zincrby(key, views, article_id)
            pipe.expire(key, days * hours.DAY)
        await pipe.execute()


async def mentions(redis: Client, article_id: str) -> list[str]:
    """The keys of counts, boards, hours and days that hold an id."""
    found = []
    for raw in sorted(await redis.keys("gs:*:{*}:*")):
        kind = await redis.type(raw)
        held = await (redis.hexists(raw, article_id) if kind == b"hash" else redis.zscore(raw, article_id))
        if held not in (None, False, 0) or (kind == b"zset" and held == 0.0):
            found.append(raw.decode())
    return found


async def views_of(redis: Client, article_id: str) -> int:
    """The views of an article over all partitions."""
    found = 0
    for raw in await redis.keys(keys.count(0, SITE).replace("{0}", "{*}")):
        found += int(await redis.hget(raw, article_id) or 0)
    return found


async def put(desk: httpx.AsyncClient, article_id: str, **given: object) -> httpx.Response:
    return await desk.put("/v1/article", json=article(article_id, **given))


async def changes(redis: Client) -> list[dict[bytes, bytes]]:
    return [fields for _, fields in await redis.xrange(keys.CHANGES)]
