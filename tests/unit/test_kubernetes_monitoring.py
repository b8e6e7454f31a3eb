"""In a cluster Prometheus asks every pod, follows the same rules, and answers the autoscalers."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kustomizing import FOLDER, rendered
from tests.programs import need

MONITORING = FOLDER / "monitoring"
PROMETHEUS = FOLDER.parent / "prometheus"


def test_the_operator_follows_the_rules_that_are_tested():
    made = subprocess.run(
        [sys.executable, str(MONITORING / "make_rules.py")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    written = [
        group
        for file in sorted((PROMETHEUS / "rules").glob("*.yml"))
        for group in yaml.safe_load(file.read_text())["groups"]
    ]

    kept = (MONITORING / "rules.yaml").read_text()
    assert kept == made, "python3 deploy/kubernetes/monitoring/make_rules.py writes it anew"
    assert yaml.safe_load(kept)["spec"] == {"groups": written}


def test_every_pod_with_a_management_port_is_asked_as_the_alerts_expect():
    monitor = next(one for one in rendered("production") if one["kind"] == "PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]

    assert monitor["spec"]["selector"] == {"matchLabels": {"app.kubernetes.io/name": "groundswell"}}
    assert monitor["spec"]["jobLabel"] == "app.kubernetes.io/name", "the alerts ask for the job groundswell"
    assert (endpoint["port"], endpoint["path"]) == ("management", "/metrics")
    assert endpoint["relabelings"] == [
        {
            "sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
            "targetLabel": "process",
        }
    ]
    asked = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["global"]
    assert endpoint["interval"] == asked["scrape_interval"]
    assert endpoint["scrapeTimeout"] == asked["scrape_timeout"]


def adapted() -> dict[str, dict[str, Any]]:
    """Return what prometheus-adapter is told, by the name of the metric it makes."""
    rules = yaml.safe_load((MONITORING / "adapter.yaml").read_text())["rules"]["external"]
    return {rule["name"]["as"]: rule for rule in rules}


def test_every_outside_metric_that_scales_is_one_the_adapter_makes():
    asked = {
        metric["external"]["metric"]["name"]
        for one in rendered("production")
        if one["kind"] == "HorizontalPodAutoscaler"
        for metric in one["spec"]["metrics"]
        if metric["type"] == "External"
    }

    assert asked == set(adapted()) != set()


@pytest.mark.parametrize(
    ("metric", "series", "expected"),
    [
        # Two counters tell of the same partitions, one of them as of a moment ago.
        ("groundswell_lag", 'a{partition="0"} 40, b{partition="0"} 30, a{partition="1"} 2', 42),
        ("groundswell_lag", 'a{partition="0"} NaN, a{partition="1"} 2', 2),
        ("groundswell_spool_waits", "a 0, b 0", 0),
        ("groundswell_spool_waits", "a 0, b 700", 1),
    ],
)
def test_prometheus_answers_the_adapter(metric: str, series: str, expected: int, tmp_path: Path):
    rule = adapted()[metric]
    asked = rule["metricsQuery"].replace("<<.LabelMatchers>>", 'namespace="groundswell"')
    given = [
        {"series": f'{rule["seriesQuery"]}{{namespace="groundswell",pod="{pod}"{labels}}}', "values": value}
        for pod, labels, value in (
            (found[1], f",{found[2]}" if found[2] else "", found[3])
            for found in re.finditer(r"(\w)(?:\{(.*?)\})? (\S+?)(?:,|$)", series)
        )
    ]
    test = {"input_series": given, "promql_expr_test": [{"expr": asked, "eval_time": "0m"}]}
    test["promql_expr_test"][0]["exp_samples"] = [{"labels": "{}", "value": expected}]
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"tests": [test]}))

    ended = subprocess.run(
        [need("promtool"), "test", "rules", str(tmp_path / "test.yml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
