"""The dashboards as Grafana reads them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "deploy" / "grafana" / "dashboards"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


def dashboard(name: str) -> dict[str, Any]:
    """Return a whole dashboard."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return document


def panels(name: str) -> list[dict[str, Any]]:
    """Return the panels of a dashboard that show something."""
    return [panel for panel in dashboard(name)["panels"] if panel["type"] != "row"]


def asked(name: str) -> list[tuple[str, str]]:
    """Return the title of a panel and an expression of it, for each one of a dashboard."""
    return [(panel["title"], target["expr"]) for panel in panels(name) for target in panel["targets"]]
