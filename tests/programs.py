"""Programs that the system provides and some tests need.

Without one its tests are skipped with the reason, and counted at the end of
the run. In CI that is a failure: nothing may go untested there unseen.
"""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_PACKAGES = {
    "amtool": "prometheus-alertmanager",
    "promtool": "prometheus",
    "node": "nodejs",
    "php": "php-cli",
    "mariadbd": "mariadb-server",
    "kubectl": "kubernetes-client",
    "systemd-analyze": "systemd",
    "systemd-socket-activate": "systemd",
}
"""The Debian package of a program that is not named after it."""

_MISSING = "a program is missing: "


class Missing(Exception):
    """A program that is not here; the message says how to get it."""


def find(program: str) -> str:
    """Return the path of a program. Raises Missing without it."""
    path = shutil.which(program)
    if path is None:
        raise Missing(f"{_MISSING}{program} (apt-get install {_PACKAGES.get(program, program)})")
    return path


def need(program: str) -> str:
    """Return the path of a program; without it, skip the test, or fail it in CI."""
    try:
        return find(program)
    except Missing as missing:
        _do_without(str(missing))


def need_folder(folder: Path, package: str) -> Path:
    """Return a folder that a package brings; without it, skip the test, or fail it in CI."""
    if not folder.is_dir():
        _do_without(f"{_MISSING}{package} (apt-get install {package})")
    return folder


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped for a missing program."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if _MISSING in str(report.longrepr)
    ]
    if skipped:
        programs = sorted({str(report.longrepr[2]).partition(_MISSING)[2] for report in skipped})
        terminalreporter.write_line(
            f"{len(skipped)} skipped because a program is missing: {', '.join(programs)}", yellow=True
        )
