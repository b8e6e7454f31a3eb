"""`groundswell evaluate`, as it is typed."""

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from services.cli.evaluate import trace
from services.cli.evaluate.measures import measure
from services.cli.evaluate.rankings import RANKINGS
from tests.serving import GROUNDSWELL
from tests.traces import csv, real_trace, write

DESIGN = {
    "trending": 0.593,
    "Hacker News": 0.565,
    "last 24 hours": 0.533,
    "decayed, 24h": 0.441,
    "all time": 0.109,
}
"""The Facebook column: what each ranking captured."""


def evaluate(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(GROUNDSWELL), "evaluate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trace of ten days, whose items are read for some hours."""
    items = {n: [min(n % 7 * k, 30 + n % 40) for k in range(24)] for n in range(1, 400)}
    return write(tmp_path_factory.mktemp("trace") / "small & slow.csv.gz", csv(items), gzipped=True)


def test_the_real_trace_gives_the_figures_of_the_design() -> None:
    attention = trace.read(real_trace(), seed=7)

    found = measure(attention, [ranking for ranking in RANKINGS if ranking.name in DESIGN])

    captured = {name: one.capture for name, one in found.items()}
    assert captured == pytest.approx(DESIGN, abs=0.01)
    assert captured["trending"] >= 1.10 * captured["last 24 hours"]
    assert captured["trending"] >= 1.04 * captured["Hacker News"]


def test_a_trace_becomes_a_table_and_a_chart(small: Path, tmp_path: Path) -> None:
    done = evaluate(small, "--svg", tmp_path / "chart.svg")

    assert done.returncode == 0, done.stderr
    for ranking in RANKINGS:
        assert ranking.name in done.stdout
    chart = ET.parse(tmp_path / "chart.svg").getroot()
    words = {text.text for text in chart.iter("{http://www.w3.org/2000/svg}text")}
    assert {ranking.name for ranking in RANKINGS} <= words
    assert "small & slow.csv.gz" in "".join(filter(None, words))
    assert "prefers-color-scheme: dark" in (tmp_path / "chart.svg").read_text()


def test_programs_get_every_number_and_the_same_ones_again(small: Path) -> None:
    first, second = evaluate(small, "--json"), evaluate(small, "--json")
    other = evaluate(small, "--json", "--seed", "8")

    found = json.loads(first.stdout)
    assert first.stdout == second.stdout
    assert json.loads(other.stdout)["rankings"] != found["rankings"]
    assert set(found["rankings"]) == {ranking.name for ranking in RANKINGS}
    assert set(found["rankings"]["trending"]) == {
        *("formula", "capture", "precision", "found", "delay", "churn", "old")
    }
    assert all(0 <= one["capture"] <= 1 for one in found["rankings"].values())
    assert found["articles"] == 399
    assert "rising" not in found, "the truth of a real trace is not known"


def test_trouble_is_one_line_that_names_what_is_wrong(small: Path, tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong.csv", "IDLink,TS1\n1,x\n")
    for arguments, said in (
        ([], "PATH: give a trace"),
        ([small, "--synthetic"], "PATH: give a trace"),
        ([tmp_path / "nothing.csv"], "PATH: "),
        ([wrong], "line 2"),
        ([small, "--svg", tmp_path / "nowhere" / "chart.svg"], "svg: "),
    ):
        done = evaluate(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert said in done.stderr


def test_a_made_up_newsroom_is_judged_and_every_promise_kept() -> None:
    done = evaluate("--synthetic", "--json", "--seed", "7")

    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert found["rising"]["kept"] is True
    assert found["rising"]["found"] == found["rising"]["breaking"] == 12
    assert found["rising"]["delay"] <= 10
    assert found["rising"]["evergreens"] == []
    assert found["rising"]["false"] <= 0.002
    assert found["rankings"]["trending"]["capture"] > found["rankings"]["last 24 hours"]["capture"]
