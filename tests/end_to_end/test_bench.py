"""The benchmark measures what it says it measures; how fast anything is, no test asks."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_promise_about_speed_is_measured():
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--tiny", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    lines = json.loads(ran.stdout)["lines"]
    assert [line["name"] for line in lines] == [
        "collector: POST /v1/views",
        "query: GET /v1/trending",
        "query: GET /v1/counts",
        "counter: views at P = 1",
        "counter: views at P = 4",
        "from 202 to /v1/counts: median",
        "from 202 to /v1/counts: 99th percentile",
        "scrape: the dearest process",
    ]
    assert all(line["measured"] > 0 for line in lines)
