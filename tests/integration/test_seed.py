"""`groundswell seed` on a real server, with a real counter behind it."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

import services.counter
from services.cli import seed, seed_files
from services.cli.running import Running
from services.cli.trouble import Trouble
from services.desk.catalogue import put_articles
from shared import keys, ledger
from shared.article import Article
from shared.connection import Client
from shared.settings import Settings

SITE = "news.example"
P = 4


@pytest.fixture
async def settings(redis: Client, redis_url: str) -> AsyncIterator[Settings]:
    """The settings of a running counter."""
    settings = Settings(redis_url=redis_url, site=(SITE,), partitions=P)
    counter = services.counter.build(settings, CollectorRegistry())
    await counter.start()
    yield settings
    await counter.stop()


async def put(settings: Settings) -> int:
    assert settings.redis_url
    return await seed.put(Running(settings.redis_url), settings, SITE)


async def sums(redis: Client, kind: str = "count") -> Counter[str]:
    found: Counter[str] = Counter()
    for p in range(P):
        key = {"count": keys.count, "readers": keys.readers}[kind](p, SITE)
        found.update({k.decode(): int(v) for k, v in (await redis.hgetall(key)).items()})
    return found


async def test_seeding_gives_every_article_its_views(redis: Client, settings: Settings) -> None:
    new = await put(settings)

    expected = seed_files.expected()["views"]
    assert new == sum(expected.values())
    assert await sums(redis) == expected
    assert await sums(redis, "readers") == expected
    assert (await sums(redis))["/world/cuban-advisers-leave-venezuela"] == 147
    assert all([(await ledger.read(redis, p)).balanced for p in range(P)])


async def test_seeding_twice_changes_nothing(redis: Client, settings: Settings) -> None:
    await put(settings)
    boards = [await redis.zrange(keys.board(p, SITE, "4h"), 0, -1, withscores=True) for p in range(P)]
    changes = await redis.xlen(keys.CHANGES)

    again = await put(settings)

    assert again == 0
    assert await sums(redis) == seed_files.expected()["views"]
    assert boards == [await redis.zrange(keys.board(p, SITE, "4h"), 0, -1, withscores=True) for p in range(P)]
    assert await redis.xlen(keys.CHANGES) == changes


async def test_seeding_that_was_cut_short_goes_on_where_it_stopped(redis: Client, settings: Settings) -> None:
    await put(settings)
    before = await sums(redis)
    # As if it had been killed before it noted two of the partitions' entries.
    for p in (1, 3):
        await redis.delete(keys.imported(p, f"seed:{SITE}"))

    await put(settings)

    assert await sums(redis) == before
    books = [await ledger.read(redis, p) for p in range(P)]
    assert sum(book.repeated for book in books) > 0
    assert all(book.balanced for book in books)


async def test_a_catalogue_that_has_a_seeds_address_elsewhere_is_left_alone(
    redis: Client, settings: Settings
) -> None:
    article = seed_files.articles(SITE)[0]
    other = Article(id="other", url=article.url, title="Other", published_at=article.published_at)
    await put_articles(redis, SITE, [other])

    with pytest.raises(Trouble, match="do not fit"):
        await put(settings)

    assert await sums(redis) == Counter()
