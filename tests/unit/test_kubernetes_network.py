"""Who can talk to whom in a cluster: each edge of the pipeline, and no other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.kustomizing import OVERLAYS, Object, rendered

OURS = "groundswell"


@dataclass(frozen=True)
class Peer:
    """A pod, or an address outside, and the ports it answers at by name."""

    name: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    address: str = "10.244.9.9"


ELSEWHERE = [
    Peer("ingress", "edge", namespace_labels={"groundswell/ingress": "allowed"}, ports={"https": 8443}),
    Peer("prometheus", "metrics", namespace_labels={"groundswell/monitoring": "allowed"}),
    Peer("editor", "vpn", namespace_labels={"groundswell/newsroom": "allowed"}),
    Peer("stranger", "shop", ports={"http": 80}),
    Peer(
        "dns", "kube-system", namespace_labels={"kubernetes.io/metadata.name": "kube-system"}, ports={"": 53}
    ),
    Peer("a site", ports={"https": 443, "http": 80, "ssh": 22}, address="203.0.113.7"),
    Peer("a site by IPv6", ports={"https": 443}, address="2001:db8::7"),
    Peer("redis", ports={"redis": 6379}, address="192.0.2.10"),
    Peer("intranet", ports={"https": 443}, address="192.168.7.7"),
    Peer("intranet by IPv6", ports={"https": 443}, address="fd00::7"),
    Peer("metadata", ports={"http": 80}, address="169.254.169.254"),
]


def pods(objects: list[Object]) -> Iterator[Peer]:
    """Yield a pod of each kind."""
    for one in objects:
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            ports = {
                port["name"]: port["containerPort"]
                for container in template["spec"]["containers"]
                for port in container.get("ports", [])
            }
            yield Peer(one["metadata"]["name"], OURS, template["metadata"]["labels"], ports=ports)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a selector is met."""
    assert set(selector) <= {"matchLabels", "matchExpressions"}
    assert all(one["operator"] == "In" for one in selector.get("matchExpressions", []))
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", [])
    )


def is_of(peer: Peer, said: Mapping[str, Any]) -> bool:
    """Return whether a peer is who a policy speaks of."""
    if "ipBlock" in said:
        address, block = ip_address(peer.address), said["ipBlock"]
        if peer.namespace or address not in ip_network(block["cidr"]):
            return False
        return not any(address in ip_network(part) for part in block.get("except", []))
    if not peer.namespace:
        return False
    if "namespaceSelector" in said:
        if not selects(said["namespaceSelector"], peer.namespace_labels):
            return False
    elif peer.namespace != OURS:
        return False
    return selects(said.get("podSelector", {}), peer.labels)


def lets(policies: list[Object], way: str, pod: Peer, other: Peer, port: tuple[str, int]) -> bool:
    """Return whether the policies about a pod let it talk that way (Ingress, Egress) with another."""
    about = [
        one["spec"]
        for one in policies
        if way in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], pod.labels)
    ]
    if pod.namespace != OURS or not about:
        return True
    side = "from" if way == "Ingress" else "to"
    return any(
        any(is_of(other, said) for said in rule[side])
        and ("ports" not in rule or any(one["port"] in port and _is_tcp(one) for one in rule["ports"]))
        for spec in about
        for rule in spec.get(way.lower(), [])
    )


def _is_tcp(port: Mapping[str, Any]) -> bool:
    return port.get("protocol", "TCP") == "TCP"


def edges(overlay: str) -> set[tuple[str, str, int]]:
    """Return who reaches whom at which port, of all that are inside and some that are outside."""
    objects = rendered(overlay)
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    inside = [*pods(objects)]
    everybody = [*inside, *ELSEWHERE]
    return {
        (one.name, other.name, number)
        for one in everybody
        for other in everybody
        for name, number in other.ports.items()
        if OURS in (one.namespace, other.namespace) and one is not other
        if lets(policies, "Egress", one, other, (name, number))
        and lets(policies, "Ingress", other, one, (name, number))
    }


SERVICES = ("collector", "query", "counter", "ranker", "desk", "heartbeat")
EDGES = {
    *{("ingress", name, 8000) for name in ("collector", "query")},
    *{("prometheus", name, 9000) for name in SERVICES},
    ("editor", "desk", 8001),
    *{(name, "a site", port) for name in ("desk", "heartbeat") for port in (80, 443)},
    *{(name, "a site by IPv6", 443) for name in ("desk", "heartbeat")},
    ("heartbeat", "ingress", 8443),
    *{(name, "dns", 53) for name in (*SERVICES, "backup")},
}


def test_in_a_small_cluster_all_of_ours_reach_valkey_and_nobody_else_does():
    clients = (*SERVICES, "backup", "rewrite")

    assert edges("small") == {
        *EDGES,
        *{(name, "valkey", 6379) for name in clients},
        *{(name, "dns", 53) for name in ("rewrite", "valkey")},
    }


def test_in_production_all_of_ours_reach_redis_outside():
    assert edges("production") == {*EDGES, *{(name, "redis", 6379) for name in (*SERVICES, "backup")}}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_is_open_but_what_is_said(overlay: str):
    silent = [one["spec"] for one in rendered(overlay) if one["metadata"]["name"] == "nobody"]

    assert silent == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]
