"""`groundswell correct`: the views of an attack are taken out again."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from services.cli import options, reach, running
from services.cli.importing import telling
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.trouble import Trouble
from services.desk.correction.correct import Corrected, Correction
from services.desk.correction.correct import correct as take_out
from services.desk.correction.reading import CorrectionRequest, answer_of, correction_of
from shared.fault import fault_of
from shared.problem import Problem


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("correct")(correct)


def correct(
    ctx: typer.Context,
    *,
    site: Annotated[str, typer.Option("--site", metavar="SITE", help="The site the article is of.")],
    article: Annotated[str, typer.Option("--article", metavar="ID", help="Its id, or an alias.")],
    start: Annotated[
        str, typer.Option("--from", metavar="HOUR", help="The first hour, such as 2026-02-21T17:00Z.")
    ],
    end: Annotated[str, typer.Option("--to", metavar="HOUR", help="The hour after the last one.")],
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", min=0, help="Leave N views in these hours.")
    ] = None,
    views: Annotated[
        int | None, typer.Option("--views", metavar="N", min=1, help="Take N views out of these hours.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who wants it, for the audit.")],
    reason: Annotated[str, typer.Option("--reason", metavar="WHY", help="Why, for the audit.")],
    request: Annotated[
        str | None,
        typer.Option("--request", metavar="ID", help="The same again takes nothing twice, for 8 days."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Take views of an attack out of counts, boards, hours and days again.

    Without --keep and --views all views of these hours. Those hours are cut
    first that stand out. Reader-days stay as they are.
    """
    found = running.find(options.settings(ctx))
    wanted = _wanted(
        {
            "site": reach.site_of(found, site),
            "id": article,
            "from": start,
            "to": end,
            "keep": keep,
            "views": views,
            "by": by,
            "reason": reason,
            "request": request,
        }
    )
    done = asyncio.run(_correct(found, wanted))
    document = answer_of(wanted, done).model_dump(mode="json", by_alias=True)
    rows = [
        ("views", done.views, "taken out before, by the same request" if done.repeated else "taken out"),
        ("left", done.left, "in these hours"),
    ]
    telling.show(document, rows, as_json=json)
    if not done.views and not done.left:
        typer.echo(f"{done.article_id!r} of {wanted.site} has no views in these hours", err=True)
    if not json:
        typer.echo(f"request {wanted.request}")


async def _correct(found: Running, wanted: Correction) -> Corrected:
    async with reach.redis_of(found, "correct") as redis:
        try:
            return await take_out(redis, wanted)
        except Problem as problem:
            raise Trouble(str(problem)) from None


def _wanted(given: dict[str, object]) -> Correction:
    try:
        return correction_of(CorrectionRequest.model_validate(given))
    except ValidationError as error:
        raise Trouble(str(fault_of(error))) from None
    except Problem as problem:
        raise Trouble(str(problem)) from None
