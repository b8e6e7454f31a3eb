"""The rising list, read from real boards, is that of a sum over every member."""

from collections import defaultdict
from random import Random

import pytest

from services.ranker import boards
from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.listing import DEPTH
from shared.rising import LEAST_WEIGHT, rise, site_ratio
from tests.integration.ranker_site import (
    NOON,
    SITE,
    ids,
    lists_of,
    put_articles,
    put_counts,
    running,
    settings_for,
    shows,
    standing,
)
from tests.waiting import wait_until

SHORT, LONG = Decay(HALF_LIVES["15m"]), Decay(HALF_LIVES["4h"])


async def put_weights(
    redis: Client, p: int, weights: dict[str, tuple[float, float]], now: float = NOON
) -> None:
    """Put articles on both boards of a partition, given as id -> what they are worth now on each."""
    for name, decay, column in (("15m", SHORT, 0), ("4h", LONG, 1)):
        scores = {i: decay.score(pair[column], now) for i, pair in weights.items() if pair[column]}
        await redis.zadd(keys.board(p, SITE, name), scores)


async def rank(redis: Client, redis_url: str, partitions: int = 1):
    lists = await lists_of(redis, settings_for(redis_url, partitions))
    return await lists.rank(SITE, "rising", NOON, partitions)


def a_site(random: Random, articles: int, partitions: int) -> list[dict[str, tuple[float, float]]]:
    """Return the weights of a site in each partition: most hold still, some rise, some fall."""
    found = []
    for _ in range(partitions):
        weights = {}
        for n in range(articles):
            short = random.expovariate(1 / 8)
            weights[f"article-{n}"] = (short, short * random.choice((1.1, 2, 6, 16, 16, 40)))
        found.append(weights)
    return found


@pytest.mark.parametrize("partitions", [1, 4])
async def test_it_is_exact_over_partitions_and_junk(redis, redis_url, partitions):
    random = Random(f"rising {partitions}")
    published = {f"article-{n}": NOON - n for n in range(900)}
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for p, weights in enumerate(a_site(random, 900, partitions)):
        junk = {f"junk-{n}": (50.0, 51.0) for n in range(100)}
        await put_weights(redis, p, weights | junk)
        for article_id, (short, long) in weights.items():
            totals[article_id][0] += short
            totals[article_id][1] += long
    await put_articles(redis, published)
    await put_counts(redis, 0, dict.fromkeys(published, 7))

    ranking = await rank(redis, redis_url, partitions)

    ratio = site_ratio(*(sum(column) for column in zip(*totals.values(), strict=True)))
    rises = {i: rise(short, long, ratio) for i, (short, long) in totals.items()}
    expected = sorted((i for i in rises if rises[i].listed), key=lambda i: -rises[i].r)[:DEPTH]
    assert 50 < len(expected) < len(totals)
    assert ranking.ratio == pytest.approx(ratio)
    assert ids(ranking.entries) == expected
    assert [entry.value for entry in ranking.entries] == pytest.approx([rises[i].r for i in expected])
    assert {entry.views for entry in ranking.entries} == {7}


async def test_an_article_is_found_whose_weight_lies_a_little_in_every_partition(redis, redis_url):
    """0.5 and a little in each of four: nowhere much, and together above 2."""
    await put_articles(redis, {"spread": NOON, "just-below": NOON})
    for p in range(4):
        await put_weights(redis, p, {"spread": (0.51, 0.51), "just-below": (0.49, 0.49)})

    ranking = await rank(redis, redis_url, 4)

    assert ids(ranking.entries) == ["spread"]
    assert 0.49 * 4 < LEAST_WEIGHT < 0.51 * 4


async def test_what_is_not_catalogued_neither_rises_nor_moves_the_ratio(redis, redis_url):
    await put_articles(redis, {"news": NOON, "steady": NOON})
    await put_weights(redis, 0, {"news": (20.0, 20.0), "steady": (100.0, 1_600.0)})
    alone = await rank(redis, redis_url)
    await put_weights(redis, 0, {f"junk-{n}": (1_000.0, 1_000.0) for n in range(50)})

    ranking = await rank(redis, redis_url)

    assert ids(ranking.entries) == ["news"]
    assert ranking == alone


@pytest.mark.parametrize("most", [2, 10_000], ids=["more than a reply holds", "more than there are articles"])
async def test_under_a_flood_of_made_up_ids_it_is_still_exact(redis, redis_url, monkeypatch, most):
    monkeypatch.setattr(boards, "IDS_IN_ONE_REPLY", most)
    await put_articles(redis, {f"article-{n}": NOON for n in range(9)})
    for p in range(2):
        weights = {f"article-{n}": (2.0 + n, 2.0 + n) for n in range(9)}
        await put_weights(redis, p, weights | {f"junk-{n}": (500.0, 500.0) for n in range(3_000)})

    ranking = await rank(redis, redis_url, 2)

    assert ids(ranking.entries) == [f"article-{n}" for n in reversed(range(9))]


async def test_equal_rises_go_to_the_newer_publication(redis, redis_url):
    await put_articles(redis, {"older": NOON - 1, "newer": NOON})
    await put_weights(redis, 0, {"older": (9.0, 9.0), "newer": (9.0, 9.0)})

    assert ids((await rank(redis, redis_url)).entries) == ["newer", "older"]


async def test_a_site_nobody_reads_has_nothing_that_rises(redis, redis_url):
    await put_articles(redis, {"unread": NOON})

    ranking = await rank(redis, redis_url)

    assert (ranking.entries, ranking.ratio) == ((), 1.0)


async def test_the_ranker_publishes_it_with_its_ratio_and_its_history(redis, redis_url):
    seconds, _ = await redis.time()
    await put_articles(redis, {"a": NOON, "b": NOON, "c": NOON})
    await put_weights(redis, 0, {"a": (9.0, 9.0), "b": (5.0, 5.0), "c": (9.0, 200.0)}, now=seconds)

    async with running(redis_url):
        await wait_until(lambda: shows(redis, "rising", "a", "b"), "what rises is listed")
        published = await standing(redis, "rising")
        assert published.ratio >= 1
        assert published.since is None
        assert await redis.xlen(keys.history(SITE, "rising")) == 1
        await put_weights(redis, 0, {"b": (50.0, 50.0)}, now=seconds)
        await wait_until(lambda: shows(redis, "rising", "b", "a"), "b has overtaken a")
