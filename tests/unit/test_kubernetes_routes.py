"""Whoever is reached in a cluster is there: routes, services, budgets and autoscalers lead to pods."""

import tomllib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from services import collector
from services.collector import PATHS
from tests.kustomizing import OVERLAYS, Object, rendered

OTHERS = ("/", "/v1/views/", "/v1/viewsX", "/v1/view.gif/x", "/v1/counts", "/widget.v1.js", "/docs")


def of_kind(overlay: str, *kinds: str) -> Iterator[Object]:
    """Yield the objects of these kinds."""
    return (one for one in rendered(overlay) if one["kind"] in kinds)


def settings_of(overlay: str) -> Object:
    """Return what groundswell.toml says."""
    (found,) = of_kind(overlay, "ConfigMap")
    return tomllib.loads(found["data"]["groundswell.toml"])


def workloads(overlay: str) -> dict[tuple[str, str], Object]:
    """Return what keeps pods running, by kind and name."""
    found = of_kind(overlay, "Deployment", "StatefulSet")
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def chosen(overlay: str, selector: dict[str, str]) -> list[Object]:
    """Return the workloads whose pods have these labels."""
    return [
        one
        for one in workloads(overlay).values()
        if selector.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    ]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_workload_keeps_its_own_pods_and_no_others(overlay: str):
    for one in workloads(overlay).values():
        assert chosen(overlay, one["spec"]["selector"]["matchLabels"]) == [one]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_service_leads_to_ports_that_its_pods_have(overlay: str):
    for service in of_kind(overlay, "Service"):
        (workload,) = chosen(overlay, service["spec"]["selector"])
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}

        for port in service["spec"]["ports"]:
            assert port["port"] == ports[port["targetPort"]]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whatever_answers_somebody_can_lose_one_pod_at_a_time(overlay: str):
    budgets = [one["spec"] for one in of_kind(overlay, "PodDisruptionBudget")]
    kept = {chosen(overlay, one["selector"]["matchLabels"])[0]["metadata"]["name"] for one in budgets}

    assert kept == {"collector", "query", "counter", "ranker", "desk"}
    for one in budgets:
        assert one["maxUnavailable"] == 1
        assert one["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "one that is ill holds up no node"


def test_what_is_scaled_has_no_number_of_its_own_and_the_rest_has_one():
    for overlay in OVERLAYS:
        scaled = [one["spec"] for one in of_kind(overlay, "HorizontalPodAutoscaler")]
        targets = {(one["scaleTargetRef"]["kind"], one["scaleTargetRef"]["name"]) for one in scaled}
        names = {name for _, name in targets}

        assert targets <= set(workloads(overlay))
        assert names == ({"collector", "query", "counter"} if overlay == "production" else set())
        for key, one in workloads(overlay).items():
            assert (key in targets) != ("replicas" in one["spec"])
        assert all(1 < one["minReplicas"] <= one["maxReplicas"] for one in scaled)


def test_there_are_no_more_counters_than_partitions():
    (settings,) = [
        tomllib.loads(one["data"]["groundswell.toml"]) for one in of_kind("production", "ConfigMap")
    ]
    scaled = {
        one["metadata"]["name"]: one["spec"] for one in of_kind("production", "HorizontalPodAutoscaler")
    }

    assert scaled["counter"]["maxReplicas"] == settings["partitions"]


def test_processor_time_is_measured_against_what_is_asked_for():
    for one in of_kind("production", "HorizontalPodAutoscaler"):
        for metric in one["spec"]["metrics"]:
            if metric["type"] == "Resource":
                target = one["spec"]["scaleTargetRef"]
                (container,) = workloads("production")[target["kind"], target["name"]]["spec"]["template"][
                    "spec"
                ]["containers"]
                assert metric["resource"]["name"] in container["resources"]["requests"]


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1/views/",
        "/v1/viewsX",
        "/v1/view.gif/x",
        "/v1/counts",
        "/widget.v1.js",
        "/docs",
        *sorted(PATHS),
    ],
)
def test_the_ingress_tells_paths_apart_as_the_web_process_does(overlay: str, path: str):
    (ingress,) = of_kind(overlay, "Ingress")
    (rule,) = ingress["spec"]["rules"]
    paths = rule["http"]["paths"]
    exact = [one for one in paths if one["pathType"] == "Exact" and one["path"] == path]
    (rest,) = [one for one in paths if one["pathType"] == "Prefix"]
    taken = (exact or [rest])[0]["backend"]["service"]

    assert rest["path"] == "/"
    assert taken["name"] == ("collector" if collector.owns(path) else "query")
    services = {one["metadata"]["name"]: one["spec"]["ports"] for one in of_kind(overlay, "Service")}
    assert taken["port"]["name"] in {port["name"] for port in services[taken["name"]]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_readers_come_to_the_address_that_links_lead_to(overlay: str):
    settings = settings_of(overlay)
    (ingress,) = of_kind(overlay, "Ingress")
    host = urlsplit(settings["public_url"]).hostname

    assert settings["public_url"].startswith("https://")
    assert settings["heartbeat_url"] == settings["public_url"]
    assert [one["host"] for one in ingress["spec"]["rules"]] == [host]
    assert [one["hosts"] for one in ingress["spec"]["tls"]] == [[host]]
    # Or every reader would be the ingress controller.
    assert settings["trusted_proxies"]
