"""One run of `groundswell import access-log`, from the file to the counts."""

import re
from collections import Counter
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from services.cli import reach
from services.cli.importing import backlog, progress
from services.cli.importing.access_log import AccessLogImport
from services.cli.importing.log_file import LogFile
from services.cli.importing.page_view import Rules
from services.cli.importing.summary import Summary
from services.cli.running import Running
from shared import keys
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.settings import Settings


@dataclass(frozen=True)
class AccessLogOptions:
    """What the command was asked for."""

    site: str
    match: re.Pattern[str] | None
    drop_bots: bool
    dedupe_window: int
    query_keys: tuple[str, ...]
    wait: bool

    @property
    def name(self) -> tuple[object, ...]:
        """What makes another import of the same log."""
        return (self.match.pattern if self.match else None, self.drop_bots, self.dedupe_window)


async def run(found: Running, settings: Settings, log: LogFile, how: AccessLogOptions) -> Summary:
    """Import a log and return what was found and done."""
    async with reach.redis_of(found, "import") as redis:
        plan = await reach.plan_of(redis, settings)
        catalogue = Catalogue(redis, [how.site], with_articles=False)
        await catalogue.load()
        reached = await progress.find(redis, how.site, log.prefix(), how.name)
        if await progress.other_names(redis, reached.name):
            typer.echo("this log was imported before with other options; those views stay counted", err=True)
        job = AccessLogImport(
            redis=redis,
            site=how.site,
            rules=Rules(how.match, how.drop_bots, how.query_keys, catalogue[how.site].resolve),
            dedupe_window=how.dedupe_window,
            plan=plan,
        )
        before = await _totals(redis, plan.ever)
        console = Console(stderr=True)
        with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("importing", total=log.size)
            summary = await job.run(log, reached, lambda position: bar.update(task, completed=position))
            if how.wait:
                bar.update(task, description="waiting for the counter")
                await backlog.settled(redis, plan.ever)
        if how.wait:
            _note_counted(summary, before, await _totals(redis, plan.ever))
        return summary


def _note_counted(summary: Summary, before: Counter[bytes], after: Counter[bytes]) -> None:
    """Note what the counter made of the views, if nobody else's can be among them."""
    after.subtract(before)
    if after[b"accepted"] == summary.accepted == after[b"counted"] + after[b"duplicates"]:
        summary.counted, summary.duplicates = after[b"counted"], after[b"duplicates"]


async def _totals(redis: Client, partitions: int) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for p in range(partitions):
        found.update({name: int(value) for name, value in (await redis.hgetall(keys.total(p))).items()})
    return found
