"""Each pod is asked how it does, ends in peace, and may no more than it needs."""

import tomllib

import pytest
import yaml
from prometheus_client import CollectorRegistry

from services.cli import web
from shared.service import management
from shared.settings import Settings
from tests.kustomizing import FOLDER, OVERLAYS, container, templates

ROOT = FOLDER.parents[1]
SERVICES = ("collector", "query", "counter", "ranker", "desk", "heartbeat")
CASES = [(overlay, name) for overlay in OVERLAYS for name in SERVICES]


@pytest.mark.parametrize(("overlay", "name"), CASES)
def test_probes_ask_the_management_port_what_it_answers(overlay: str, name: str):
    of = container(overlay, name)
    probes = {kind: of[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}
    service = web.build(Settings(redis_url="redis://127.0.0.1:1"), CollectorRegistry())
    answered = management(service, CollectorRegistry()).handlers

    assert all(set(probe["httpGet"]) == {"path", "port"} for probe in probes.values())
    assert {kind: probe["httpGet"]["path"] for kind, probe in probes.items()} == {
        # Only who is stuck is killed: a service waits for Redis by itself.
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    assert {probe["httpGet"]["path"] for probe in probes.values()} <= set(answered)
    assert {probe["httpGet"]["port"] for probe in probes.values()} == {"management"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_readers_are_answered_from_memory_while_redis_is_away(overlay: str):
    probe = container(overlay, "query")["readinessProbe"]

    assert probe["failureThreshold"] * probe["periodSeconds"] == 86_400


@pytest.mark.parametrize(("overlay", "name"), CASES)
def test_a_pod_has_time_to_leave_and_to_drain(overlay: str, name: str):
    spec = templates(overlay)[name]
    leaving = container(overlay, name)["lifecycle"]["preStop"]["sleep"]["seconds"]

    # Answers under way have six seconds, and what a service has begun ten.
    assert leaving > 0
    assert spec["terminationGracePeriodSeconds"] >= leaving + 6 + 10


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_container_may_more_than_it_needs(overlay: str):
    for name, spec in templates(overlay).items():
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, "or Kubernetes tells of GROUNDSWELL_ variables of its own"
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == (999 if name in ("valkey", "rewrite") else 10001)
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(overlay, name)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= set(container(overlay, name)["resources"]["requests"])
        assert "memory" in container(overlay, name)["resources"]["limits"]


def test_the_user_of_the_image_is_the_one_that_pods_run_as():
    assert "USER 10001\n" in (ROOT / "deploy" / "Dockerfile").read_text()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_is_pinned_ours_to_this_version_and_valkey_as_in_compose(overlay: str):
    images = {name: container(overlay, name)["image"] for name in templates(overlay)}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    valkey = compose["services"]["valkey"]["image"]

    for name, image in images.items():
        assert image == (valkey if name in ("valkey", "rewrite") else f"groundswell:{version}")
