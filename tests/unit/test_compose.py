"""docker-compose.yml is a real one, asks for three words, and starts real commands with real settings."""

import json
import re
import tomllib
from typing import Any

import pytest
import typer
from compose_spec import PyCompose

from services.cli import single
from services.cli.main import app, register
from shared.credentials import SECRETS
from shared.settings import Settings, load
from tests.composing import ROOT, THREE, NotSaid, composed, filled_in, mounts, services

SERVICES = services()
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
OURS = [name for name in SERVICES if name in single.MODULES]
CONFIG = "/etc/groundswell/groundswell.toml"


def spoken_for(document: dict[str, Any]) -> None:
    """Hold a document against the specification of Compose. Raises ValueError."""
    PyCompose.from_json(json.dumps(document)).validate()


def parameters(name: str) -> dict[str, Any]:
    """Return the flags of a service's command, as the real command reads them."""
    register([name])
    group = typer.main.get_command(app)
    command, *flags = SERVICES[name]["command"]
    assert command == name
    with group.make_context("groundswell", [command, *flags]) as context:
        chosen = group.get_command(context, command)
        return dict(chosen.make_context(command, flags).params)


def test_it_is_as_the_specification_of_compose_says():
    spoken_for(composed())


@pytest.mark.parametrize(
    "wrong",
    [
        {"read_onyl": True},
        {"networks": ["nowhere"]},
        {"healthcheck": {"intervall": "5s"}},
        {"depends_on": {"valkey": {"condition": "healthy"}}},
        {"deploy": {"resources": {"limits": {"memory": "much"}}}},
    ],
)
def test_what_the_specification_does_not_know_would_be_found(wrong: dict[str, Any]):
    document = composed()
    document["services"]["web"] |= wrong

    with pytest.raises(ValueError, match=r"\w"):
        spoken_for(document)


@pytest.mark.parametrize("name", THREE)
def test_three_words_have_to_be_said_and_each_is_asked_for_by_name(name: str):
    with pytest.raises(NotSaid, match=f"^{name}: [a-z]"):
        composed({one: value for one, value in THREE.items() if one != name})


def test_variables_are_filled_in_as_compose_does_it():
    assert filled_in("${A:-x}:${B:-y},$$(cat ${A:?})", {"A": "1"}) == "1:y,$(cat 1)"
    with pytest.raises(ValueError, match="no variable"):
        filled_in("cost: $5", {})


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_a_real_one_with_real_flags_and_settings(name: str, monkeypatch: pytest.MonkeyPatch):
    given = parameters(name)
    for variable, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    flags = {flag: value for flag, value in given.items() if value and flag in Settings.model_fields}
    settings = load(flags, ROOT / mounts(SERVICES[name])[given["config"]])

    assert settings.management_port == 9000
    assert list(settings.sites) == ["news.example"]
    if name == "web":
        assert settings.public_url == "https://stats.news.example"


def test_every_process_of_serve_has_a_container_and_what_they_lean_on():
    assert set(OURS) == {"web", "counter", "ranker", "desk", "chores"}
    assert set(SERVICES) - set(OURS) == {
        *("keys", "alerts", "tools"),
        *("valkey", "caddy", "prometheus", "alertmanager", "grafana"),
    }


def test_every_setting_can_be_made_from_outside_but_for_those_that_the_file_makes():
    text = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"GROUNDSWELL_([A-Z_]+)", text)) | {"PUBLIC_URL"}
    made_here = {"host", "port", "desk_port", "management_host", "management_port", "redis_url", "redis_ca"}
    # Its image has nothing that could send spans.
    left_out = {"tracing"}

    settings = {name.lower() for name in asked} & set(Settings.model_fields)
    assert settings | made_here | left_out == set(Settings.model_fields)
    assert {name.lower() for name in asked} - settings == {"image", "toml", "edge", "upstream", "email"}


def test_a_variable_of_ours_is_passed_on_when_it_is_set():
    given = {**THREE, "GROUNDSWELL_FEED": "news.example=https://news.example/feed.xml"}

    assert services(given)["desk"]["environment"]["GROUNDSWELL_FEED"] == given["GROUNDSWELL_FEED"]
    assert "GROUNDSWELL_FEED" not in SERVICES["desk"]["environment"]


def test_every_image_is_pinned_and_ours_is_of_this_version():
    for name, service in SERVICES.items():
        ours = {"keys", "alerts", "tools", *OURS}
        expected = rf"groundswell:{VERSION}" if name in ours else r"[a-z/]+:v?\d+\.\d+\.\d+"
        assert re.fullmatch(expected, service["image"]), name
        assert ("build" in service) == (name in ours)


def test_every_file_that_is_mounted_is_there():
    paths = [
        source
        for service in SERVICES.values()
        for source in mounts(service).values()
        if source.startswith(".")
    ]

    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert set(composed()["volumes"]) == {
        source
        for service in SERVICES.values()
        for source in mounts(service).values()
        if not source.startswith(".")
    }


def test_the_settings_of_a_site_may_be_in_a_file_of_ones_own():
    ours = services({**THREE, "GROUNDSWELL_TOML": "./ours.toml"})

    assert {mounts(ours[name])[CONFIG] for name in (*OURS, "tools")} == {"./ours.toml"}
    shown = (ROOT / "deploy" / "compose" / "groundswell.toml").read_text()
    example = "\n".join(line.removeprefix("# ") for line in shown.splitlines()[3:])
    path = tomllib.loads(example)["sites"]["news.example"]
    assert set(path) <= {"time_zone", "origins", "feeds"}


def test_keys_are_found_where_credentials_are_looked_for():
    for name in (*OURS, "tools"):
        assert SERVICES[name]["environment"]["CREDENTIALS_DIRECTORY"] == "/run/keys"
        assert mounts(SERVICES[name])["/run/keys"] == f"keys-{name}"
    assert "redis_url" in SECRETS


def test_a_backup_can_be_restored_by_the_tools_from_where_the_chores_put_it():
    chores, tools = (mounts(SERVICES[name]) for name in ("chores", "tools"))

    assert chores[str(parameters("chores")["data_dir"])] == "backups"
    assert tools[SERVICES["tools"]["environment"]["GROUNDSWELL_DATA_DIR"]] == "backups"
