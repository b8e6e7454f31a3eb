"""docker-compose.yml as Docker Compose reads it: variables filled in, anchors followed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
THREE = {"DOMAIN": "stats.news.example", "EMAIL": "it@news.example", "SITE": "news.example"}
"""All that has to be said."""

Service = dict[str, Any]

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<how>:[-?])(?P<words>[^{}]*))?\})")


class NotSaid(Exception):
    """A variable that has to be set; the message names it."""


def composed(given: Mapping[str, str] = THREE) -> dict[str, Any]:
    """Return the file with these variables and no other. Raises NotSaid for one that is missing."""
    read = yaml.safe_load(FILE.read_text())
    kept = {name: part for name, part in read.items() if not name.startswith("x-")}
    filled: dict[str, Any] = _fill(kept, given)
    for service in filled["services"].values():
        # A name without a value is passed on when it is set.
        asked = {name: given.get(name, value) for name, value in service.get("environment", {}).items()}
        service["environment"] = {name: value for name, value in asked.items() if value is not None}
    return filled


def services(given: Mapping[str, str] = THREE) -> dict[str, Service]:
    """Return the services of the file by name."""
    found: dict[str, Service] = composed(given)["services"]
    return found


def mounts(service: Service) -> dict[str, str]:
    """Return what is mounted where: a volume's name or a path from the file's folder, by target."""
    parted = [mount.split(":") for mount in service.get("volumes", [])]
    return {target: source for source, target, *_ in parted}


def _fill(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _fill(part, given) for name, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, given) for part in value]
    return filled_in(value, given) if isinstance(value, str) else value


def filled_in(text: str, given: Mapping[str, str]) -> str:
    """Return text with its variables filled in. Raises NotSaid, and ValueError for a form not used here."""

    def one(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        value = given.get(found["name"], "")
        if not value and found["how"] == ":?":
            raise NotSaid(f"{found['name']}: {found['words']}")
        return value or found["words"] or ""

    if "$" in _VARIABLE.sub("", text):
        raise ValueError(f"a $ that is no variable: {text}")
    return _VARIABLE.sub(one, text)
