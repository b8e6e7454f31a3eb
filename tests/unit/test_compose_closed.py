"""docker-compose.yml shows readers the proxy alone, and gives each container what it needs and no more."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from tests.composing import FILE, ROOT, THREE, Service, composed, mounts, services

SERVICES = services()
ONCE = {"keys", "alerts", "tools"}
"""Those that end."""


def networks(service: Service) -> set[str]:
    return set(service.get("networks", []))


def test_the_proxy_alone_is_public_by_the_ports_of_the_web():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published.pop("caddy") == ["80:80", "443:443", "443:443/udp"]
    assert set(published) == {"desk", "prometheus", "alertmanager", "grafana"}
    for ports in published.values():
        assert all(port.startswith("127.0.0.1:") for port in ports)


def test_readers_meet_the_proxy_which_meets_the_web_service_alone():
    on = {name: networks(service) for name, service in SERVICES.items()}

    assert {name for name, found in on.items() if "edge" in found} == {"caddy", "web"}
    assert on["caddy"] == {"edge"}
    assert on["valkey"] == {"inside"}
    assert composed()["networks"]["inside"] == {"internal": True}
    assert {name for name, found in on.items() if "house" in found} == {
        *("desk", "tools", "prometheus", "alertmanager", "grafana")
    }


def asks(name: str) -> set[str]:
    """Return the hosts and ports that a service is told of, in its command, its settings and its files."""
    service = SERVICES[name]
    texts = [*service.get("command", []), *service.get("entrypoint", []), *service["environment"].values()]
    for source in mounts(service).values():
        path = ROOT / source
        if source.startswith("./deploy/") and "compose" not in path.parts and "redis" not in path.parts:
            files = [path] if path.is_file() else [*path.rglob("*.json"), *path.rglob("*.yml")]
            texts += [file.read_text() for file in files]
    return {found[1] for text in texts for found in re.finditer(rf"\b(({'|'.join(SERVICES)}):\d+)", text)}


def test_whoever_is_asked_is_on_a_network_with_who_asks():
    met = {name: asks(name) for name in SERVICES if SERVICES[name].get("network_mode") != "none"}

    assert met["caddy"] == {"web:8000"}
    assert met["grafana"] == {"prometheus:9090", "alertmanager:9093"}
    assert met["prometheus"] == {
        *("web:9000", "counter:9000", "ranker:9000", "desk:9000", "chores:9000", "alertmanager:9093")
    }
    for name, hosts in met.items():
        for host in hosts:
            assert networks(SERVICES[name]) & networks(SERVICES[host.split(":")[0]]), f"{name} -> {host}"


def test_no_secret_is_written_down_or_has_to_be_said():
    for name, service in SERVICES.items():
        for variable in service["environment"]:
            assert not re.search("KEY$|PASSWORD$|REDIS_URL|TOKEN|SECRET", variable), f"{name}: {variable}"
    assert "requirepass" not in FILE.read_text()


def test_each_service_holds_its_own_keys_and_only_the_one_that_makes_them_may_write():
    made = mounts(SERVICES["keys"])
    holders = {name for name in SERVICES if "/run/keys" in mounts(SERVICES[name])}

    assert {f"/keys/{name}": f"keys-{name}" for name in holders}.items() <= made.items()
    for name in holders:
        (mount,) = [one for one in SERVICES[name]["volumes"] if ":/run/keys" in one]
        assert mount == f"keys-{name}:/run/keys:ro"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_that_is_broken_into_can_do_little(name: str):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    writes_for_others = {"CHOWN", "DAC_OVERRIDE"}
    needed = {"caddy": {"NET_BIND_SERVICE"}, "keys": writes_for_others, "alerts": writes_for_others}
    assert set(service.get("cap_add", [])) == needed.get(name, set())
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    limits = service["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert float(limits["cpus"]) <= 1, "Docker starts nothing that asks for more cores than there are"


def test_each_container_that_stays_is_started_again_and_says_whether_it_is_well():
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
        assert ("healthcheck" in service) == (name not in ONCE), name


def test_what_is_waited_for_can_be():
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert name in SERVICES
            assert how["condition"] in (
                {"service_completed_successfully"} if name in ONCE else {"service_healthy", "service_started"}
            )


def test_valkey_keeps_what_it_was_given_and_has_room_to_write_it_anew():
    words = SERVICES["valkey"]["command"]
    settings = dict(zip(words[1::2], words[2::2], strict=True))

    assert settings["--appendonly"] == "yes"
    assert settings["--appendfsync"] == "everysec"
    assert settings["--maxmemory-policy"] == "noeviction"
    assert settings["--maxmemory"] == "512mb"
    assert SERVICES["valkey"]["deploy"]["resources"]["limits"]["memory"] == "1280m"
    assert mounts(SERVICES["valkey"])[settings["--dir"]] == "valkey"
    more = services({**THREE, "GROUNDSWELL_REDIS_MAXMEMORY": "2gb", "VALKEY_MEMORY": "5g"})["valkey"]
    assert "2gb" in more["command"]
    assert more["deploy"]["resources"]["limits"]["memory"] == "5g"


def test_the_proxy_is_believed_on_any_network_that_docker_makes():
    trusted = SERVICES["web"]["environment"]["GROUNDSWELL_TRUSTED_PROXIES"].split(",")

    for address in ("172.18.0.2", "172.31.0.2", "192.168.112.2", "10.5.0.2", "fd12::2"):
        assert any(ip_address(address) in ip_network(network) for network in trusted), address
    assert not any(ip_address("198.51.100.7") in ip_network(network) for network in trusted)


def test_prometheus_keeps_as_long_as_its_rules_look_back_and_no_more_than_the_disk_has():
    (days,) = (word for word in SERVICES["prometheus"]["command"] if "retention.time=" in word)

    assert int(re.sub(r"\D", "", days)) >= 8
    assert any("retention.size=" in word for word in SERVICES["prometheus"]["command"])


def test_grafana_finds_its_dashboards_where_they_are_mounted():
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/groundswell.yml").read_text())[
        "providers"
    ][0]
    folder, home = (
        provider["options"]["path"],
        Path(SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]),
    )

    assert mounts(SERVICES["grafana"])[folder] == "./deploy/grafana/dashboards"
    assert str(home.parent) == folder
    assert (ROOT / "deploy/grafana/dashboards" / home.name).exists()
