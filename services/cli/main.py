"""The program `groundswell`: its commands, and how trouble is told."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from services.cli.trouble import Trouble
from shared.settings import WrongSettings

COMMANDS = {
    "serve": "services.cli.serve",
    "web": "services.cli.service_commands",
    "collector": "services.cli.service_commands",
    "query": "services.cli.service_commands",
    "counter": "services.cli.service_commands",
    "ranker": "services.cli.service_commands",
    "desk": "services.cli.service_commands",
    "heartbeat": "services.cli.service_commands",
    "chores": "services.cli.chores",
    "demo": "services.cli.demo.command",
    "seed": "services.cli.seed",
    "import": "services.cli.importing.commands",
    "top": "services.cli.top",
    "audit": "services.cli.audit",
    "doctor": "services.cli.doctor.command",
    "evaluate": "services.cli.evaluate.command",
    "correct": "services.cli.correct",
    "backup": "services.cli.backup.commands",
    "restore": "services.cli.backup.commands",
    "dead": "services.cli.dead",
    "token": "services.cli.token",
}
"""Where each command is; a module adds its own with `register(app)`."""

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


def register(arguments: Sequence[str]) -> None:
    """Add the command that is asked for, so that only what it needs is loaded; anything else adds all."""
    asked = next((argument for argument in arguments if not argument.startswith("-")), "")
    modules = [COMMANDS[asked]] if asked in COMMANDS else COMMANDS.values()
    for module in dict.fromkeys(modules):
        import_module(module).register(app)


def main() -> None:
    """Run one command. A wrong setting or other trouble is one line on stderr and exit 2."""
    register(sys.argv[1:])
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
