"""`groundswell dead`: look at dead letters, put them back, throw them away."""

import asyncio
import getpass
import json as encoding
from collections.abc import AsyncIterator
from typing import Annotated

import typer
from rich.console import Console

from services.cli import dead_shown, options, reach, running
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.trouble import Trouble
from shared import dead, keys
from shared.connection import Client
from shared.dead import Letter
from shared.partition import read_plan
from shared.setting_types import parse_duration

_AUDIT_LENGTH = 100_000

Name = Annotated[
    str, typer.Argument(metavar="ID", show_default=False, help="PARTITION/ID, as list shows it.")
]
MaybeName = Annotated[
    str | None, typer.Argument(metavar="[ID]", show_default=False, help="PARTITION/ID, as list shows it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look at entries nobody could count, and deal with them.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("replay")(replay)
    group.command("purge")(purge)
    app.add_typer(group, name="dead")


def list_(
    ctx: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Of each partition.")] = 100,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """List dead letters, the oldest first."""
    rows, left = asyncio.run(_list(_found(ctx), limit))
    if json:
        letters = [dead_shown.document(letter) for letter in rows]
        typer.echo(encoding.dumps({"letters": letters, "not_shown": left}))
    else:
        Console().print(dead_shown.table(rows, left))


def show(
    ctx: typer.Context,
    name: Name,
    *,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Show all of one dead letter."""
    letter = asyncio.run(_one(_found(ctx), name))
    if json:
        typer.echo(encoding.dumps({**dead_shown.document(letter), "fields": dead_shown.fields(letter)}))
    else:
        Console().print(dead_shown.whole(letter), soft_wrap=True)


def replay(
    ctx: typer.Context,
    name: MaybeName = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All but those that expired in a spool; name these.")
    ] = False,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put entries back on their streams, where they are counted like any other.

    An entry that still cannot be counted becomes a dead letter again. Of an
    entry that had been counted after all, nothing counts, for four days from
    when it was made: one that expired in a spool may be older.
    """
    if (name is None) != everything:
        raise Trouble("give either the ID of a dead letter or --all")
    letters, views, left = asyncio.run(_replay(_found(ctx), name))
    if json:
        typer.echo(encoding.dumps({"replayed": letters, "views": views, "expired_left": left}))
    else:
        typer.echo(f"{letters:,} entries with {views:,} views are back on their streams")
        if left:
            typer.echo(f"{left:,} that expired in a spool are left: they may have been counted; name them")


def purge(
    ctx: typer.Context,
    name: MaybeName = None,
    *,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="TIME", help="All that are older, such as 7d.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it: what they hold is lost for ever.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who wants it, for the audit.")
    ] = None,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Throw dead letters away. Without --yes it says what would go."""
    if (name is None) == (older_than is None):
        raise Trouble("give either the ID of a dead letter or --older-than TIME")
    age = None if older_than is None else _age(older_than)
    letters, views = asyncio.run(_purge(_found(ctx), name, age, (by or getpass.getuser()) if yes else None))
    if json:
        typer.echo(encoding.dumps({"purged": letters if yes else 0, "found": letters, "views": views}))
    else:
        done = "are gone" if yes else "would go; with --yes they do"
        typer.echo(f"{letters:,} dead letters with {views:,} views {done}")


def _found(ctx: typer.Context) -> Running:
    return running.find(options.settings(ctx))


def _age(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise Trouble(f"older-than: {error}") from None


async def _list(found: Running, limit: int) -> tuple[list[Letter], int]:
    rows: list[Letter] = []
    left = 0
    async with reach.redis_of(found, "dead") as redis:
        for p in await _partitions(redis):
            shown = await dead.first(redis, p, limit)
            left += max(0, await redis.xlen(keys.dead(p)) - len(shown))
            rows += shown
    return rows, left


async def _one(found: Running, name: str) -> Letter:
    async with reach.redis_of(found, "dead") as redis:
        return await _named(redis, name)


async def _replay(found: Running, name: str | None) -> tuple[int, int, int]:
    """Return letters and views put back, and letters left because they expired."""
    replayed = views = left = 0
    async with reach.redis_of(found, "dead") as redis:
        async for letter in _chosen(redis, name):
            if name is None and letter.reason == dead.EXPIRED:
                left += 1
            elif await dead.replay(redis, letter):
                replayed += 1
                views += letter.views
    return replayed, views, left


async def _purge(found: Running, name: str | None, age: int | None, by: str | None) -> tuple[int, int]:
    """Return letters and views that went, or without `by` would go."""
    letters = views = 0
    async with reach.redis_of(found, "dead") as redis:
        seconds, _ = await redis.time()
        oldest_kept = (seconds - age) * 1000 if age is not None else None
        asked = {"id": name} if name is not None else {"older_than": str(age)}
        if by is not None:
            await _audit(redis, by, "purge", asked)
        async for letter in _chosen(redis, name):
            if oldest_kept is not None and letter.at_ms >= oldest_kept:
                continue
            if by is None or await dead.purge(redis, letter):
                letters += 1
                views += letter.views
        if by is not None:
            await _audit(redis, by, "purged", {**asked, "letters": str(letters), "views": str(views)})
    return letters, views


async def _audit(redis: Client, by: str, action: str, more: dict[str, str]) -> None:
    entry = {"who": by, "action": f"dead-{action}", **more}
    await redis.xadd(keys.AUDIT, entry, maxlen=_AUDIT_LENGTH, approximate=True)


async def _chosen(redis: Client, name: str | None) -> AsyncIterator[Letter]:
    """Yield the named letter, or all that are there now: one that dies again meanwhile is not among them."""
    if name is not None:
        yield await _named(redis, name)
        return
    for p in await _partitions(redis):
        async for letter in dead.letters(redis, p):
            yield letter


async def _named(redis: Client, name: str) -> Letter:
    """Return the letter of a name. Raises Trouble without one."""
    partition, separator, letter_id = name.partition("/")
    milliseconds, _, sequence = letter_id.partition("-")
    if not (
        separator and all(part.isascii() and part.isdigit() for part in (partition, milliseconds, sequence))
    ):
        raise Trouble(f"id: {name!r} is not PARTITION/ID, such as 0/1771675200000-0")
    letter = await dead.find(redis, int(partition), letter_id)
    if letter is None:
        raise Trouble(f"id: there is no dead letter {name}")
    return letter


async def _partitions(redis: Client) -> range:
    plan = await read_plan(redis)
    return range(plan.ever if plan else 1)
