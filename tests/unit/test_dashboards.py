"""The dashboards are what their generator makes, and each panel says what it shows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dashboards import FOLDER, NAMES, asked, dashboard, panels
from tests.integration.test_alerts import ALERTS, exported

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
PROMETHEUS: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
WIDE = 24
"""Columns of a dashboard."""


def generated(into: Path, *arguments: str) -> dict[str, str]:
    """Return what the generator writes, by name."""
    command = [sys.executable, str(GRAFANA / "generate.py"), str(into), *arguments]
    subprocess.run(command, check=True, timeout=120)
    return {file.stem: file.read_text() for file in into.iterdir()}


def test_what_is_committed_is_what_is_generated(tmp_path: Path):
    assert generated(tmp_path) == {file.stem: file.read_text() for file in FOLDER.iterdir()}


def test_links_lead_to_the_runbooks_of_whoever_has_them_elsewhere(tmp_path: Path):
    [overview] = [
        text
        for name, text in generated(tmp_path, "--runbooks", "https://a.example/").items()
        if name == "overview"
    ]

    assert '"query": "https://a.example"' in overview


def test_every_dashboard_and_every_panel_has_an_id_of_its_own():
    uids = [dashboard(name)["uid"] for name in NAMES]
    assert len(set(uids)) == len(uids)
    for name in NAMES:
        ids = [panel["id"] for panel in dashboard(name)["panels"]]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_says_what_it_shows_and_in_what(name: str):
    for panel in panels(name):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_asks_the_prometheus_that_was_chosen(name: str):
    variables = {one["name"]: one for one in dashboard(name)["templating"]["list"]}
    sources = [panel["datasource"] for panel in panels(name)]
    sources += [target["datasource"] for panel in panels(name) for target in panel["targets"]]

    assert variables["datasource"]["type"] == "datasource"
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


@pytest.mark.parametrize("name", NAMES)
def test_panels_lie_beside_each_other_and_not_upon(name: str):
    taken = set()
    for panel in dashboard(name)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= WIDE
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("name", NAMES)
def test_rates_are_of_the_interval_that_grafana_knows_to_be_long_enough(name: str):
    windows = {window for _, one in asked(name) for window in re.findall(r"\brate\([^\[]*\[([^\]]+)\]", one)}

    assert windows == {"$__rate_interval"}


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_that_a_panel_asks_for_is_one_there_is(name: str):
    used = {metric for _, one in asked(name) for metric in re.findall(r"\bgroundswell[_:][\w:]+", one)}

    assert used <= exported()


@pytest.mark.parametrize("name", NAMES)
def test_panels_link_to_runbooks_that_there_are(name: str):
    links = [link["url"] for panel in panels(name) for link in panel.get("links", [])]
    variables = {one["name"]: one["query"] for one in dashboard(name)["templating"]["list"]}

    assert links
    assert set(links) <= {f"${{runbooks}}/{alert}.md" for alert in ALERTS}
    assert variables["runbooks"] == PROMETHEUS["global"]["external_labels"]["runbooks"]


def test_there_is_a_panel_to_look_at_for_every_alert():
    links = {
        Path(link["url"]).stem for name in NAMES for panel in panels(name) for link in panel.get("links", [])
    }

    assert links == set(ALERTS)


def test_grafana_finds_the_prometheus_of_the_containers_and_knows_how_often_it_asks():
    sources: dict[str, Any] = yaml.safe_load(
        (GRAFANA / "provisioning/datasources/prometheus.yml").read_text()
    )
    [source] = [one for one in sources["datasources"] if one["type"] == "prometheus"]

    assert source["isDefault"]
    assert source["jsonData"]["timeInterval"] == PROMETHEUS["global"]["scrape_interval"]


def test_no_dashboard_names_a_machine():
    for name in NAMES:
        assert "localhost" not in json.dumps(dashboard(name))
