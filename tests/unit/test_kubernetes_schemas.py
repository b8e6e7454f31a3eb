"""Kubernetes takes every object of deploy/kubernetes, the first release that can and the newest one known."""

import copy
import json

import kubernetes_validate
import pytest

from tests.kustomizing import OVERLAYS, Object, rendered

RELEASES = ("1.30", kubernetes_validate.utils.latest_version())
"""The first has `preStop.sleep`."""


def built_in() -> list[Object]:
    """Return the objects of all overlays, each once, whose kinds every cluster knows."""
    every = {json.dumps(one, sort_keys=True): one for overlay in OVERLAYS for one in rendered(overlay)}
    return [one for one in every.values() if not one["apiVersion"].startswith("monitoring.coreos.com/")]


@pytest.mark.parametrize("release", RELEASES)
def test_kubernetes_knows_every_field(release: str):
    for one in built_in():
        kubernetes_validate.validate(one, release, strict=True)


def test_a_field_that_is_not_one_would_be_found():
    wrong = copy.deepcopy(next(one for one in built_in() if one["kind"] == "StatefulSet"))
    wrong["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]["httpGet"]["prt"] = "management"

    with pytest.raises(kubernetes_validate.ValidationError, match="prt"):
        kubernetes_validate.validate(wrong, RELEASES[0], strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_is_in_one_namespace_that_lets_nothing_run_as_root(overlay: str):
    namespaces = [one for one in rendered(overlay) if one["kind"] == "Namespace"]

    assert {one["metadata"].get("namespace") for one in rendered(overlay)} == {"groundswell", None}
    assert [one["metadata"]["name"] for one in namespaces] == ["groundswell"]
    assert namespaces[0]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
