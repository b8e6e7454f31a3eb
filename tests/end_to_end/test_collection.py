"""The suite itself: its workers have to agree on what the tests are called."""

import subprocess
import sys

import pytest

from tests.programs import need


def test_a_test_is_called_the_same_at_every_hour(request: pytest.FixtureRequest):
    files = sorted({str(item.path) for item in request.session.items})
    later = subprocess.run(
        [need("faketime"), "-f", "+50h 23m", sys.executable, "-m", "pytest", "--collect-only", "-q", *files],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )

    assert {item.nodeid for item in request.session.items} - set(later.stdout.splitlines()) == set()
