"""A site and its ranker. Articles and boards are written straight into Redis, as desk and counter would."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from services.ranker import RankerService, build
from services.ranker.lists import Lists
from shared import keys, listing
from shared.article import Article
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.decay import Decay
from shared.hours import hour_stamp
from shared.listing import Listing
from shared.settings import Settings, SiteSettings

SITE = "news.example"
NOON = datetime(2026, 2, 21, 12, tzinfo=UTC).timestamp()


def settings_for(url: str, partitions: int = 1, time_zone: str = "UTC") -> Settings:
    return Settings(redis_url=url, partitions=partitions, sites={SITE: SiteSettings(time_zone=time_zone)})


async def put_articles(redis: Client, published: Mapping[str, float]) -> None:
    """Put articles into the catalogue, given as id -> publication time in Unix seconds."""
    async with redis.pipeline(transaction=True) as pipe:
        for article_id, moment in published.items():
            article = Article(
                id=article_id,
                url=f"https://{SITE}/{article_id}",
                title=article_id,
                published_at=datetime.fromtimestamp(moment, UTC),
            )
            pipe.hset(keys.article(SITE, article_id), mapping=article.to_hash())
            pipe.zadd(keys.published(SITE), {article_id: moment})
            pipe.xadd(keys.CHANGES, {"site": SITE, "id": article_id})
        await pipe.execute()


async def put_counts(redis: Client, partition: int, counts: Mapping[str, int]) -> None:
    await redis.hset(keys.count(partition, SITE), mapping=dict(counts))


async def lists_of(redis: Client, settings: Settings) -> Lists:
    """Return the lists of the site, with its catalogue as it is now."""
    catalogue = Catalogue(redis, settings.sites)
    await catalogue.load()
    return Lists(redis, settings.sites, catalogue)


async def standing(redis: Client, name: str) -> Listing | None:
    """Return the published list of that name."""
    value = await redis.get(keys.listing(SITE, name))
    return None if value is None else listing.decode(value)


def ids(entries: Iterable[tuple[str, ...]]) -> list[str]:
    return [entry[0] for entry in entries]


@contextlib.asynccontextmanager
async def running(url: str, registry: CollectorRegistry | None = None) -> AsyncIterator[RankerService]:
    service = build(settings_for(url), registry or CollectorRegistry())
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def put_news(redis: Client) -> None:
    """Put two articles that are read now."""
    seconds, _ = await redis.time()
    await put_articles(redis, {"a": NOON, "b": NOON})
    await put_counts(redis, 0, {"a": 147, "b": 20})
    for name, half_life in (("15m", 900), ("4h", 14_400)):
        scores = {i: Decay(half_life).score(n, seconds) for i, n in (("a", 9), ("b", 5))}
        await redis.zadd(keys.board(0, SITE, name), scores)
    await redis.zadd(keys.hour(0, SITE, hour_stamp(seconds)), {"a": 9, "b": 5})
    await redis.zadd(keys.day(0, SITE, hour_stamp(seconds)[:8]), {"a": 9, "b": 5})


async def shows(redis: Client, name: str, *expected: str) -> bool:
    listing = await standing(redis, name)
    return listing is not None and ids(listing.entries) == list(expected)


async def generation(redis: Client) -> int:
    listing = await standing(redis, "trending")
    return 0 if listing is None else listing.generation


async def ready(service: RankerService) -> bool:
    return await service.unready() == []
