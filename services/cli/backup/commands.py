"""`groundswell backup` and `groundswell restore`."""

import asyncio
import json as encoding
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli import options, reach, running
from services.cli.audit import read as read_books
from services.cli.backup import daily, fill
from services.cli.backup.archive import Head, read_head
from services.cli.backup.take import take
from services.cli.backup.target import target
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.trouble import Trouble
from shared import backup_state
from shared.connection import Client
from shared.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    ctx: typer.Context,
    *,
    file: File,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Write everything that must last into one file, while all goes on.

    It holds no salts. The file is there once it is whole.
    """
    head = asyncio.run(_backup(options.settings(ctx), file))
    if json:
        typer.echo(encoding.dumps(_document(file, head)))
    else:
        typer.echo(f"{file}: {head.keys:,} keys, {head.counted:,} views counted, as of {head.created_at}")


def restore(
    ctx: typer.Context,
    *,
    file: File,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put it in the place of what is there, after a copy of that."),
    ] = False,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Fill an empty Redis from a backup; every service must be stopped.

    Without --redis-url the embedded Valkey of the data directory is filled.
    """
    settings = options.settings(ctx)
    head = read_head(file)
    done = asyncio.run(_restore(settings, file, head, replace=replace))
    if json:
        typer.echo(encoding.dumps({**_document(file, head), **done}))
        return
    typer.echo(f"{file}: {head.keys:,} keys, {head.counted:,} views counted, as of {head.created_at}")
    if done["safety_copy"]:
        typer.echo(f"What was there is in {done['safety_copy']}.")
        typer.echo(
            f"Lost are the views from {head.created_at} to {done['restored_at']}, "
            f"{done['views_lost']:,} that were accepted."
        )
    else:
        typer.echo(f"Views that came after {head.created_at} are not in it.")


def _document(file: Path, head: Head) -> dict[str, object]:
    return {
        "file": str(file),
        "created_at": head.created_at,
        "schema": head.schema,
        "partitions": head.partitions,
        "keys": head.keys,
        "views_accepted": head.accepted,
        "views_counted": head.counted,
    }


async def _backup(settings: Settings, file: Path) -> Head:
    async with reach.redis_of(running.find(settings), "backup") as redis:
        began = time.time()
        head = await take(redis, file)
        await backup_state.made(redis, began)
        return head


async def _restore(
    settings: Settings, file: Path, head: Head, *, replace: bool
) -> dict[str, str | int | None]:
    """Fill the target. Raises Trouble, and unless it says otherwise nothing was changed."""
    async with target(settings) as found, reach.redis_of(found, "restore") as redis:
        busy = await fill.at_work(redis)
        if busy:
            raise Trouble(f"{', '.join(busy)}: still at work on this Redis; stop every service first")
        safety, lost = None, 0
        if not await fill.is_empty(redis):
            if not replace:
                raise Trouble(
                    "the target is not empty; --replace puts the backup in its place, after a copy of it"
                )
            safety, lost = await _set_aside(settings, redis, head)
        await fill.fill(redis, file, head)
        books = await read_books(redis)
        if not all(book.balanced for book in books):
            raise Trouble("it is filled, but its books do not balance; see `groundswell audit`")
    return {
        "safety_copy": None if safety is None else str(safety),
        "restored_at": _utc(time.time()),
        "views_lost": lost,
    }


async def _set_aside(settings: Settings, redis: Client, head: Head) -> tuple[Path, int]:
    """Copy what is there, and return where to, and how many views it has that the backup does not."""
    fill.check(head)
    safety = daily.folder_of(settings) / f"before-restore-{daily.stamp(time.time())}.backup"
    copied = await take(redis, safety)
    return safety, max(0, copied.accepted - head.accepted)


def _utc(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
