"""A program that is missing is told, counted, and in CI a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import need

ROOT = Path(__file__).parents[2]


def test_the_path_of_a_program_that_is_there_is_returned():
    assert os.access(need("sh"), os.X_OK)


def test_a_test_that_needs_a_missing_program_is_skipped_with_its_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.skip.Exception, match=r"promtool \(apt-get install prometheus\)"):
        need("promtool")


def test_a_missing_program_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.fail.Exception, match="chromium"):
        need("chromium")


def test_the_run_ends_with_the_number_of_tests_that_missed_a_program(tmp_path: Path):
    (tmp_path / "conftest.py").write_text("from tests.programs import pytest_terminal_summary\n")
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "from tests.programs import need\n"
        "def test_one(): need('no-such-program')\n"
        "def test_two(): need('no-such-program')\n"
        "def test_three(): pytest.skip('for another reason')\n"
    )
    outside = {name: value for name, value in os.environ.items() if name != "CI"}

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        env={**outside, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0
    assert (
        "2 skipped because a program is missing: no-such-program (apt-get install no-such-program)"
        in ended.stdout
    )
