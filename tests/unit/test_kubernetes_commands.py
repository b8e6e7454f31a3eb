"""Each pod starts a real command, with real settings and the secrets that are its own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from services.cli import options, single
from services.cli.main import app, register
from shared.settings import Settings
from tests.kustomizing import FOLDER, OVERLAYS, Object, container, rendered, templates
from tests.redis_users import USERS

ROOT = FOLDER.parents[1]
SERVICES = ("collector", "query", "counter", "ranker", "desk", "heartbeat")
CASES = [(overlay, name) for overlay in OVERLAYS for name in SERVICES]

SECRETS = {
    "groundswell-redis": {
        name: f"rediss://{name}:secret@redis.example:6379/0" for name in (*USERS, "operator")
    },
    "groundswell-keys": {
        **{name: f"a key for the {name}" for name in ("batch", "desk", "newsroom")},
        "sites": json.dumps({"news.example": {"token_secret": "at least sixteen characters"}}),
    },
    "valkey-users": {"users.acl": ""},
}
"""What docs/kubernetes.md has made by hand."""


def file_of_settings(overlay: str) -> str:
    """Return what the pods find as groundswell.toml."""
    (text,) = [one["data"] for one in rendered(overlay) if one["kind"] == "ConfigMap"]
    assert set(text) == {"groundswell.toml"}
    found: str = text["groundswell.toml"]
    return found


def variables(of: Object) -> dict[str, str]:
    """Return the environment of a container as Kubernetes fills it in from the secrets there are."""
    assert all(set(one) == {"name", "valueFrom"} for one in of["env"])
    asked = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in of["env"]}
    return {name: SECRETS[secret["name"]][secret["key"]] for name, secret in asked.items()}


@pytest.fixture
def settings(overlay: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings a container starts with, as its command finds them."""
    config = tmp_path / "groundswell.toml"
    config.write_text(file_of_settings(overlay))
    of = container(overlay, name)
    for variable, value in variables(of).items():
        monkeypatch.setenv(variable, value)
    register([name])
    group = typer.main.get_command(app)
    flags = [re.sub("(?<=^--config=).*", str(config), one) for one in of["args"]]
    with group.make_context("groundswell", flags) as context:
        command = group.get_command(context, flags[0])
        return options.settings(command.make_context(flags[0], flags[1:]))


@pytest.mark.parametrize(("overlay", "name"), CASES)
def test_each_container_starts_a_service_that_listens_where_its_ports_are(
    overlay: str, name: str, settings: Settings
):
    ports = {one["name"]: one["containerPort"] for one in container(overlay, name)["ports"]}

    assert settings.management_port == ports.pop("management")
    assert settings.management_host == "0.0.0.0", "Prometheus and the probes come from elsewhere"
    if name in single.PORTS:
        assert settings.host == "0.0.0.0"
        assert getattr(settings, single.PORTS[name]) == ports.pop("http")
    assert not ports


@pytest.mark.parametrize(("overlay", "name"), CASES)
def test_each_service_comes_to_redis_as_the_user_that_may_do_its_work(
    overlay: str, name: str, settings: Settings
):
    user = {"heartbeat": "collector"}.get(name, name)

    assert settings.redis_url == f"rediss://{user}:secret@redis.example:6379/0"
    assert settings.sites, "the site of groundswell.toml"
    held = {key for key in ("batch_key", "desk_key", "newsroom_key") if getattr(settings, key)}
    assert held == {"collector": {"batch_key"}, "query": {"newsroom_key"}, "desk": {"desk_key"}}.get(
        name, set()
    )


@pytest.mark.parametrize(("overlay", "name"), [(overlay, "collector") for overlay in OVERLAYS])
def test_secrets_of_sites_join_what_the_file_says_of_them(overlay: str, name: str, settings: Settings):
    assert settings.of("news.example").token_secret == ("at least sixteen characters",)
    assert settings.public_url == "https://stats.news.example"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_spool_is_on_a_disk_of_its_own_with_room_to_spare(overlay: str):
    (of,) = [
        one
        for one in rendered(overlay)
        if one["metadata"]["name"] == "collector" and one["kind"] == "StatefulSet"
    ]
    (claim,) = of["spec"]["volumeClaimTemplates"]
    mounts = {one["name"]: one["mountPath"] for one in container(overlay, "collector")["volumeMounts"]}

    assert f"--data-dir={mounts[claim['metadata']['name']]}" in container(overlay, "collector")["args"]
    room = int(claim["spec"]["resources"]["requests"]["storage"].removesuffix("Gi")) * 1024**3
    assert room > 2 * Settings().spool_max_bytes


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_secret_is_written_down_and_every_one_that_is_asked_for_is_made(overlay: str):
    named: list[tuple[str, str]] = []
    for spec in templates(overlay).values():
        for of in spec["containers"]:
            named += [
                (one["valueFrom"]["secretKeyRef"]["name"], one["valueFrom"]["secretKeyRef"]["key"])
                for one in of.get("env", [])
            ]
    mounted = {
        volume["secret"]["secretName"]
        for spec in templates(overlay).values()
        for volume in spec.get("volumes", [])
        if "secret" in volume
    }

    assert not [one for one in rendered(overlay) if one["kind"] == "Secret"]
    assert not re.search(r"(?im)^\s*\w*(secret|key|redis_url)\s*=", file_of_settings(overlay))
    assert all(key in SECRETS[secret] for secret, key in named)
    assert mounted == ({"valkey-users"} if overlay == "small" else set())
    guide = (ROOT / "docs" / "kubernetes.md").read_text()
    for secret in {secret for secret, _ in named} | mounted:
        assert f"create secret generic {secret} " in guide


def test_the_backup_is_a_real_command():
    script = container("small", "backup")["command"][2]
    register(["backup"])
    words = re.search(r"^groundswell (.*)$", script, re.MULTILINE)
    assert words
    group: Any = typer.main.get_command(app)
    name, *flags = words[1].replace('"', "").split(" ", 3)
    with group.make_context("groundswell", [name, *flags]) as context:
        given = group.get_command(context, name).make_context(name, flags).params

    mounts = {one["mountPath"] for one in container("small", "backup")["volumeMounts"]}
    assert str(given["file"].parent) in mounts
    assert str(Path(given["config"]).parent) in mounts
