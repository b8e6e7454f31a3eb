"""How often articles were read: exact counts, added up over the partitions."""

from collections.abc import Callable, Iterable

from shared import keys
from shared.connection import Client

_CHUNK = 1_000
"""Ids asked of Redis in one command, so that no single command holds it up."""


async def read_counts(
    redis: Client,
    partitions: int,
    wanted: Iterable[tuple[str, str]],
    key: Callable[[int, str], str] = keys.count,
) -> dict[tuple[str, str], int]:
    """Return the count of each (site, article) pair; 0 for an article nobody read.

    `partitions` is the highest P ever used; `key` is keys.count for views and
    keys.readers for reader-days. One round trip, one HMGET a partition and
    thousand ids. Raises what redis-py raises.
    """
    found = dict.fromkeys(wanted, 0)
    by_site: dict[str, list[str]] = {}
    for site, article_id in found:
        by_site.setdefault(site, []).append(article_id)
    asked: list[tuple[str, list[str]]] = []
    async with redis.pipeline(transaction=False) as pipe:
        for site, ids in by_site.items():
            for start in range(0, len(ids), _CHUNK):
                for p in range(partitions):
                    chunk = ids[start : start + _CHUNK]
                    pipe.hmget(key(p, site), chunk)
                    asked.append((site, chunk))
        rows = await pipe.execute()
    for (site, chunk), row in zip(asked, rows, strict=True):
        for article_id, value in zip(chunk, row, strict=True):
            if value is not None:
                found[site, article_id] += int(value)
    return found
