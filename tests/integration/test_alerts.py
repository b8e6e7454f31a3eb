"""The alerts of deploy/prometheus fire when they should and only then, and each leads somewhere."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.programs import need
from tests.unit.test_metrics_documented import HEADINGS, registered

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RUNBOOKS = ROOT / "docs" / "runbooks"
FILES = sorted((FOLDER / "rules").glob("*.yml"))
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
ENDS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
"""What the name of a metric of each type ends with when it is exported."""


def rules() -> list[dict[str, Any]]:
    """Return every rule of every file."""
    return [
        rule
        for file in FILES
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    ]


ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in rules() if "alert" in rule}


def told(*arguments: str) -> str:
    """Run promtool where the rules are and return what it says; it must end well."""
    ended = subprocess.run(
        [need("promtool"), *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def test_prometheus_takes_the_configuration_and_all_rules():
    assert f"{len(FILES)} rule files found" in told("check", "config", "prometheus.yml")


def test_promtool_finds_nothing_to_complain_about_in_the_rules():
    said = told("check", "rules", *(str(file) for file in FILES))

    assert said.count("SUCCESS") == len(FILES)
    assert "duplicate" not in said


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
def test_alerts_fire_when_they_should_and_only_then(file: Path):
    assert "SUCCESS" in told("test", "rules", f"tests/{file.name}")


@pytest.mark.parametrize("name", ALERTS)
def test_each_alert_is_seen_firing_and_silent(name: str):
    seen = {
        bool(test["exp_alerts"])
        for file in TESTS
        for group in yaml.safe_load(file.read_text())["tests"]
        for test in group["alert_rule_test"]
        if test["alertname"] == name
    }

    assert seen == {True, False}


@pytest.mark.parametrize("name", ALERTS)
def test_each_alert_says_how_bad_it_is_what_is_so_and_where_to_read_on(name: str):
    annotations = ALERTS[name]["annotations"]

    assert ALERTS[name]["labels"]["severity"] in {"critical", "warning"}
    assert set(annotations) == {"summary", "description", "runbook_url"}
    assert annotations["runbook_url"] == "{{ $externalLabels.runbooks }}/" + f"{name}.md"


def test_every_alert_has_a_runbook_and_every_runbook_an_alert():
    assert {page.stem for page in RUNBOOKS.iterdir()} == set(ALERTS)


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_has_the_four_answers_and_speaks_of_alerts_there_are(name: str):
    page = (RUNBOOKS / f"{name}.md").read_text()

    assert page.startswith(f"# {name}\n")
    assert re.findall("^## (.*)$", page, re.MULTILINE) == [
        "What it means",
        "How to see it",
        "What to do",
        "How to know that it is over",
    ]
    assert set(re.findall(r"\bGroundswell[A-Z]\w+", page)) <= set(ALERTS)


def exported() -> set[str]:
    """Return every name that a process or a recording rule brings."""
    ours = {
        metric + end for name in HEADINGS for metric, kind, _, _ in registered(name) for end in ENDS[kind]
    }
    return ours | {rule["record"] for rule in rules() if "record" in rule}


def test_every_metric_that_a_rule_uses_is_one_there_is():
    used = {name for rule in rules() for name in re.findall(r"\bgroundswell[_:][\w:]+", rule["expr"])}

    assert used
    assert used <= exported()


@pytest.mark.parametrize("name", ALERTS)
def test_every_metric_that_a_runbook_looks_at_is_one_there_is(name: str):
    page = (RUNBOOKS / f"{name}.md").read_text()
    heads = {one.removesuffix("_count") for one in exported()}

    assert set(re.findall(r"\bgroundswell[_:][\w:]+", page)) <= exported() | heads
