"""What `kubectl kustomize` makes of deploy/kubernetes.

The kubectl of Debian 12 is of 2021 and knows older words for the same things,
so for it a copy of the folder is said in these.
"""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tests.programs import need

FOLDER = Path(__file__).parents[1] / "deploy" / "kubernetes"
OVERLAYS = ("small", "production")
FIRST = (1, 21)
"""The first release of kubectl that knows the words of today."""

Object = dict[str, Any]


@cache
def rendered(overlay: str) -> list[Object]:
    """Return every object of an overlay."""
    if _release() >= FIRST:
        return _run(FOLDER / "overlays" / overlay)
    with TemporaryDirectory() as kept:
        copy = Path(kept) / "kubernetes"
        shutil.copytree(FOLDER, copy)
        for file in copy.rglob("kustomization.yaml"):
            file.write_text(json.dumps(in_older_words(file.parent)))
        return _run(copy / "overlays" / overlay)


def templates(overlay: str) -> dict[str, Object]:
    """Return the template of each pod by the name of what makes it."""
    found = {}
    for one in rendered(overlay):
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            found[one["metadata"]["name"]] = template["spec"]
    return found


def container(overlay: str, name: str) -> Object:
    """Return the only container of a pod."""
    (only,) = templates(overlay)[name]["containers"]
    found: Object = only
    return found


def in_older_words(folder: Path) -> Object:
    """Return the kustomization of a folder as releases before FIRST read it; some patches are said anew."""
    said: Object = yaml.safe_load((folder / "kustomization.yaml").read_text())
    resources, patches = said.pop("resources"), said.pop("patches", [])
    older: Object = {
        **said,
        "bases": [name for name in resources if (folder / name).is_dir()],
        "resources": [name for name in resources if not (folder / name).is_dir()],
        "patchesStrategicMerge": [],
        "patchesJson6902": [],
    }
    for patch in patches:
        body = [*yaml.safe_load_all((folder / patch["path"]).read_text())]
        if "target" not in patch:
            older["patchesStrategicMerge"].append(patch["path"])
        elif isinstance(body[0], list):
            older["patchesJson6902"].append(patch)
        else:
            older["patchesStrategicMerge"] += _for_each(folder, patch["target"]["kind"], body[0], resources)
    return older


def _for_each(folder: Path, kind: str, body: Object, resources: list[str]) -> list[str]:
    """Write a patch for every object of that kind, and return the names of their files."""
    written = []
    for resource in resources:
        for found in yaml.safe_load_all((folder / resource).read_text()):
            if found["kind"] == kind:
                name = found["metadata"]["name"]
                one = {**body, "apiVersion": found["apiVersion"], "kind": kind, "metadata": {"name": name}}
                (folder / f"pod-{name}.json").write_text(json.dumps(one))
                written.append(f"pod-{name}.json")
    return written


def _release() -> tuple[int, int]:
    said = subprocess.run(
        [need("kubectl"), "version", "--client", "--output=json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    version = re.match(r"v(\d+)\.(\d+)", json.loads(said.stdout)["clientVersion"]["gitVersion"])
    assert version, said.stdout
    return int(version[1]), int(version[2])


def _run(folder: Path) -> list[Object]:
    ended = subprocess.run(
        [need("kubectl"), "kustomize", str(folder)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert "deprecated" not in ended.stderr, ended.stderr
    return [*yaml.safe_load_all(ended.stdout)]
