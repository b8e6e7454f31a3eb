"""Every command of the program is where its table says."""

from importlib import import_module

import pytest
import typer

from services.cli.main import COMMANDS


@pytest.mark.parametrize("module", sorted(set(COMMANDS.values())))
def test_a_module_adds_the_commands_that_are_said_to_be_its_own(module: str):
    app = typer.Typer()
    app.callback()(lambda: None)
    import_module(module).register(app)

    group = typer.main.get_command(app)

    assert set(group.commands) == {name for name, at in COMMANDS.items() if at == module}
