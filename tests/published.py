"""A catalogue, published lists and counts, written straight to Redis, and a query service to ask."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from prometheus_client import CollectorRegistry

from services.query import Query, build
from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.listing import Listed, Listing, encode
from shared.partition import load_plan
from shared.settings import Settings
from tests.waiting import wait_until

SITE = "news.example"
NOON = datetime(2026, 2, 21, 12, tzinfo=UTC)


def article(article_id: str, **fields: object) -> Article:
    """Return an article; whatever is not said is made from its id."""
    given = {
        "id": article_id,
        "url": f"https://{SITE}/{article_id}",
        "title": f"Title of {article_id}",
        "published_at": NOON,
        **fields,
    }
    return Article.model_validate(given)


async def catalogue(redis: Client, *articles: Article, site: str = SITE) -> None:
    """Put articles into the catalogue, as the desk does."""
    for one in articles:
        key = keys.article(site, one.id)
        await redis.delete(key)
        await redis.hset(key, mapping=one.to_hash())
        await redis.zadd(keys.published(site), {one.id: one.published_at.timestamp()})
        for alias in one.every_alias():
            await redis.hset(keys.alias(site), alias, one.id)
        await redis.xadd(keys.CHANGES, {"site": site, "id": one.id})


async def publish(
    redis: Client,
    name: str,
    ranked: Mapping[str, tuple[float, int]],
    *,
    past: Sequence[str] = (),
    changed_at: float = 1_771_700_000.0,
    since: float | None = None,
    site: str = SITE,
) -> None:
    """Publish a list of article -> (value, views), as the ranker does."""
    entries = tuple(Listed(one, value, views) for one, (value, views) in ranked.items())
    listing = Listing(time.time_ns(), changed_at, since, entries, tuple(past))
    await redis.set(keys.listing(site, name), encode(listing))


async def count(
    redis: Client,
    counts: Mapping[str, int],
    *,
    partitions: int = 1,
    site: str = SITE,
    key: object = keys.count,
) -> None:
    """Set how often articles were read, spread over the partitions."""
    await load_plan(redis, partitions, time.time())
    for one, views in counts.items():
        for p in range(partitions):
            share = views // partitions + (p < views % partitions)
            await redis.hset(key(p, site), one, share)


@asynccontextmanager
async def query(
    redis_url: str, registry: CollectorRegistry | None = None, **settings: object
) -> AsyncIterator[tuple[Query, httpx.AsyncClient]]:
    """A started query service that has loaded the catalogue, and a client of it."""
    given = {"site": SITE, "redis_url": redis_url, **settings}
    service = build(Settings(**given), registry or CollectorRegistry())  # type: ignore[arg-type]
    await service.start()
    try:
        await wait_until(lambda: ready(service), "the query service is ready")
        async with client_of(service) as client:
            yield service, client
    finally:
        await service.stop()


def client_of(service: Query) -> httpx.AsyncClient:
    """Return a client that asks a service without a socket between them."""
    transport = httpx.ASGITransport(service.app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://query.test")


async def ready(service: Query) -> bool:
    """Return whether a service says that it can answer."""
    return not await service.unready()


def refusal(response: httpx.Response) -> tuple[int, str, str | None]:
    """Return the status, the end of the type, and the parameter of a problem document."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    kind = document["type"].removeprefix("urn:groundswell:problem:")
    assert response.headers["x-groundswell-reason"] == kind
    return response.status_code, kind, document.get("parameter")
