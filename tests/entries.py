"""Views and entries for tests, and the counter's own arithmetic done the slow way."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry

from services.collector.append import append
from services.counter.commit import Committer
from services.counter.intake import Intake
from shared import keys
from shared.connection import Client
from shared.entry import Entry, View, new_entry_id
from shared.metrics import CounterMetrics
from shared.settings import SiteSettings

SITE = "news.example"


def now_ms() -> int:
    """Return the present in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def view(article: str = "/a", ago: float = 0, **fields: object) -> View:
    """Return a view of an article, `ago` seconds ago."""
    moment = now_ms() - round(ago * 1000)
    return View(SITE, article, moment, moment, **fields)  # type: ignore[arg-type]


def entry(*views: View, **fields: object) -> Entry:
    """Return an entry of the views."""
    return Entry(new_entry_id(now_ms()), views, **fields)  # type: ignore[arg-type]


async def put(redis: Client, entries: Iterable[Entry], partition: int = 0) -> None:
    """Put entries on a stream."""
    await append(redis, [(partition, e) for e in entries])


def committing(
    redis: Client,
    window: int = 1800,
    committer: type[Committer] = Committer,
    *,
    registry: CollectorRegistry | None = None,
    partitions: int = 1,
    **settings: Any,
) -> Intake:
    """Return an intake whose sites all have one dedupe window, in seconds, and the same settings."""
    metrics = CounterMetrics(registry or CollectorRegistry())
    every = SiteSettings(**settings)
    commits = committer(redis, metrics, lambda site: window, lambda site: every)
    commits.partitions = partitions
    return Intake(redis, commits, metrics)


async def deliver(redis: Client, intake: Intake, partition: int = 0) -> None:
    """Read everything new from a stream and commit it, as the counter does."""
    raw = await redis.xreadgroup(keys.GROUP, "test", {keys.views(partition): ">"}, count=10_000)
    for _, entries in raw:
        await intake.take(partition, entries)


async def views_of(redis: Client, article: str = "/a", partitions: Sequence[int] = (0,)) -> int:
    """Return the count of an article."""
    return sum([int(await redis.hget(keys.count(p, SITE), article) or 0) for p in partitions])


async def totals(redis: Client, partition: int = 0) -> dict[str, int]:
    """Return the running totals of a partition."""
    raw = await redis.hgetall(keys.total(partition))
    return {k.decode(): int(v) for k, v in raw.items()}
