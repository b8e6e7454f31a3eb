"""Write the dashboards as the JSON that Grafana reads.

    python deploy/grafana/generate.py [FOLDER] [--runbooks URL]

FOLDER is deploy/grafana/dashboards unless given. What is committed there is
what this writes, and a test holds the two together: change the files beside
this one and run it again. URL is where docs/runbooks of this release can be
read; panels link to its pages.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import newsroom
import overview
import pipeline
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder

FOLDER = Path(__file__).parent / "dashboards"
RUNBOOKS = "https://example.com/groundswell/docs/runbooks"
DASHBOARDS: Mapping[str, Callable[[str], build.Dashboard]] = {
    "overview": overview.dashboard,
    "pipeline": pipeline.dashboard,
    "newsroom": newsroom.dashboard,
}


def written(dashboard: build.Dashboard) -> str:
    """Return a dashboard as JSON, its panels numbered from 1 in their order."""
    document: dict[str, Any] = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder))
    for number, panel in enumerate(document["panels"], 1):
        panel["id"] = number
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write the dashboards as the JSON that Grafana reads.")
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--runbooks", metavar="URL", default=RUNBOOKS, help="where docs/runbooks can be read")
    given = parser.parse_args(arguments)
    for name, dashboard in DASHBOARDS.items():
        (given.folder / f"{name}.json").write_text(written(dashboard(given.runbooks.rstrip("/"))))


if __name__ == "__main__":
    main()
