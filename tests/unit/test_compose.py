"""docker-compose.yml starts real commands with real settings, and shows readers the web service alone."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from services.cli.main import app, register
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if service["image"] == "groundswell"]


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_a_real_one_with_real_flags(name: str):
    register([name])
    group = typer.main.get_command(app)
    command, *flags = COMPOSE["services"][name]["command"]

    with group.make_context("groundswell", [command, *flags]) as context:
        chosen = group.get_command(context, command)
        values = chosen.make_context(command, flags).params

    assert command == name
    assert values["management_port"] == "9000"


def test_every_process_of_serve_has_a_container_and_redis_one_of_its_own():
    assert set(COMPOSE["services"]) == {"web", "counter", "ranker", "desk", "valkey"}


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting(name: str):
    variables = COMPOSE["services"][name]["environment"]

    assert {v.removeprefix("GROUNDSWELL_").lower() for v in variables} <= set(Settings.model_fields)


def test_only_the_web_service_has_a_public_port():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["web"]


def test_no_secret_is_written_down():
    for service in COMPOSE["services"].values():
        for variable, value in service["environment"].items():
            if re.search("KEY|AUTH|PASSWORD|REDIS_URL", variable):
                assert "${GROUNDSWELL_" in value
                assert ":?" in value


def test_each_container_says_when_it_is_healthy():
    for name, service in COMPOSE["services"].items():
        assert service["healthcheck"]["test"], name


def test_what_the_image_copies_is_there_and_not_left_out():
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = {
        path
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for path in line.split()[:-1]
    }

    assert copied == kept
    assert all((ROOT / path).exists() for path in copied)
