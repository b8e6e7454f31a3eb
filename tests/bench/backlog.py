"""Views that wait on the streams, as a collector writes them."""

import random
import time

from services.collector.append import append
from shared import keys
from shared.connection import Client
from shared.entry import Entry, View, new_entry_id
from shared.partition import load_plan, partition_of
from tests.bench.requests import SITE, article_ids, zipf

SPREAD_MS = 600_000
"""How far back the views go: ten minutes."""

SMALLEST, LARGEST = 50, 500
"""Views of an entry."""

_AT_ONCE = 20


def distinct_views(count: int, articles: int) -> list[View]:
    """Return views of a Zipf of articles, no visitor and no event id twice."""
    chance = random.Random(1)
    now = time.time_ns() // 1_000_000
    found = []
    for article in chance.choices(article_ids(articles), zipf(articles), k=count):
        moment = now - chance.randrange(SPREAD_MS)
        found.append(View(SITE, article, moment, moment, chance.getrandbits(64), chance.getrandbits(64)))
    return found


async def fill(redis: Client, count: int, articles: int, partitions: int) -> None:
    """Put views on their streams, 50-500 an entry."""
    await load_plan(redis, partitions, time.time())
    by_partition: dict[int, list[View]] = {}
    for view in distinct_views(count, articles):
        by_partition.setdefault(partition_of(view.visitor, view.event, partitions), []).append(view)
    chance = random.Random(2)
    waiting: list[tuple[int, Entry]] = []
    for partition, views in by_partition.items():
        start = 0
        while start < len(views):
            size = chance.randint(SMALLEST, LARGEST)
            made = new_entry_id(time.time_ns() // 1_000_000)
            waiting.append((partition, Entry(made, views[start : start + size])))
            start += size
    for start in range(0, len(waiting), _AT_ONCE):
        await append(redis, waiting[start : start + _AT_ONCE])


async def tally(redis: Client, partitions: int, *fields: str) -> int:
    """Return the sum of some running totals over all partitions."""
    rows = [await redis.hmget(keys.total(p), fields) for p in range(partitions)]
    return sum(int(value or 0) for row in rows for value in row)
