"""`groundswell seed`: a small front page, and the readers of its last 24 hours."""

import asyncio
import time
from typing import Annotated

import typer

from services.cli import options, reach, running, seed_files
from services.cli.importing import backlog
from services.cli.importing.write import entry_id, write_once
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.trouble import Trouble
from services.desk.catalogue import put_articles
from shared import hours, keys, listing
from shared.connection import Client
from shared.entry import MAX_VIEWS, Entry, View
from shared.partition import PartitionPlan, partition_of
from shared.settings import Settings

_LIST_PATIENCE = 5.0
"""Seconds to wait for a list that shows the seeds."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("seed")(seed)


def seed(
    ctx: typer.Context,
    *,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Where to; else the first site served.")
    ] = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put in a small front page to look at.

    Nine articles, and the readers of their last 24 hours. Seeding again
    changes nothing.
    """
    settings = options.settings(ctx)
    found = running.find(settings)
    chosen = reach.site_of(found, site)
    new = asyncio.run(put(found, settings, chosen))
    typer.echo(
        f"{chosen}: {new:,} views of {len(seed_files.articles(chosen))} articles are in"
        if new
        else f"{chosen}: the seeds were in already"
    )


async def put(found: Running, settings: Settings, site: str) -> int:
    """Seed a site and return how many views are new, once they are counted and ranked.

    Raises Trouble when Redis or the counter is away, or an article cannot be
    put because another one has its address.
    """
    async with reach.redis_of(found, "seed") as redis:
        plan = await reach.plan_of(redis, settings)
        query_keys = settings.sites[site].query_keys if site in settings.sites else ()
        stored = await put_articles(
            redis, site, seed_files.articles(site), query_keys=query_keys, by="groundswell seed"
        )
        for _, problem in stored.refused:
            raise Trouble(f"the seeds do not fit this catalogue: {problem.detail}")
        new = await _put_views(redis, plan, site)
        await backlog.settled(redis, plan.ever)
        await _listed(redis, site)
        return new


async def _put_views(redis: Client, plan: PartitionPlan, site: str) -> int:
    name = f"seed:{site}"
    head = keys.import_head(name)
    await redis.hsetnx(head, "started_ms", time.time_ns() // 1_000_000)
    started_ms = int(await redis.hget(head, "started_ms"))
    by_partition: dict[int, list[View]] = {}
    # One P for all of them, that of the day of the first seeding, which cannot change any more.
    partitions = plan.on(hours.day_stamp(started_ms / 1000))
    for view in seed_files.views(site, started_ms):
        p = partition_of(view.visitor, None, partitions)
        by_partition.setdefault(p, []).append(view)
    new = 0
    for p, views in by_partition.items():
        mark = (keys.imported(p, name), "views")
        if not await redis.sismember(*mark):
            entries = []
            for start in range(0, len(views), MAX_VIEWS):
                named = entry_id(started_ms, f"{name} {p} {start}")
                entries.append((p, Entry(named, views[start : start + MAX_VIEWS])))
            await write_once(redis, entries, mark)
            new += len(views)
    return new


async def _listed(redis: Client, site: str) -> None:
    """Wait for the ranker, if one leads, to publish the seeds."""
    wanted = set(seed_files.expected()["trending"])
    deadline = time.monotonic() + _LIST_PATIENCE
    while time.monotonic() < deadline and await redis.exists(keys.lease("ranker")):
        value = await redis.get(keys.listing(site, listing.TRENDING))
        if value is not None and wanted <= {entry.id for entry in listing.decode(value).entries}:
            return
        await asyncio.sleep(0.05)
