"""The program `groundswell`: its commands, and how trouble is told."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from services.cli import audit, correct, seed, serve, single, token, top
from services.cli.demo import command as demo
from services.cli.evaluate import command as evaluate
from services.cli.importing import commands as importing
from services.cli.trouble import Trouble
from shared.settings import WrongSettings

app = typer.Typer(
    name="groundswell",
    help="Tells a news site what its readers are reading now.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def groundswell(
    ctx: typer.Context,
    *,
    show_version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Tells a news site what its readers are reading now."""
    if show_version:
        typer.echo(f"groundswell {version('groundswell')}")
    elif ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


serve.register(app)
single.register(app)
demo.register(app)
seed.register(app)
importing.register(app)
top.register(app)
audit.register(app)
evaluate.register(app)
correct.register(app)
token.register(app)


def main() -> None:
    """Run one command. A wrong setting or other trouble is one line on stderr and exit 2."""
    try:
        code = app(standalone_mode=False)
    except (WrongSettings, Trouble) as error:
        line = str(error)
    except typer.TyperException as error:
        line = f"{error.format_message()} (see groundswell --help)"
    else:
        sys.exit(code)
    typer.echo(f"groundswell: {line}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
