"""The image is made of what is there and nothing else, of this version, and runs as nobody."""

import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from tests.composing import ROOT, services

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()


def test_what_the_image_copies_is_there_and_not_left_out():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    copied = {
        path
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for path in line.split()[:-1]
    }

    assert copied == kept
    assert all((ROOT / path).exists() for path in copied)


def test_it_is_of_this_version_and_of_a_python_that_is_pinned_and_supported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (python,) = re.findall(r"^ARG PYTHON=python:(\d+\.\d+)\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)

    assert re.findall(r"^ARG VERSION=(.*)$", DOCKERFILE, re.MULTILINE) == [project["version"]]
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON}"}
    lowest = project["requires-python"].removeprefix(">=")
    assert [*map(int, python.split("."))] >= [*map(int, lowest.split("."))]


def test_it_runs_as_a_user_who_owns_the_data_directory_and_nothing_else():
    final = DOCKERFILE.rpartition("\nFROM ")[2]

    assert "--uid 10001 --create-home --home-dir /var/lib/groundswell" in final
    assert "\nUSER 10001\n" in final
    assert "chown" not in final


class _Port(BaseHTTPRequestHandler):
    """A management port that says 200 or 503."""

    says: ClassVar[int] = 200

    def do_GET(self) -> None:
        self.send_response(self.says if self.path == "/readyz" else 404)
        self.end_headers()
        self.wfile.write(b"reasons")

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(("says", "status"), [(200, 0), (503, 1)])
def test_the_health_check_tells_whether_a_service_can_work_and_why_not(says: int, status: int):
    how, python, isolated, script, address = services()["web"]["healthcheck"]["test"]
    assert (how, python, isolated) == ("CMD", "python", "-I")
    assert f"COPY deploy/{script.rpartition('/')[2]} {script.rpartition('/')[0]}/\n" in DOCKERFILE
    with HTTPServer(("127.0.0.1", 0), type("Port", (_Port,), {"says": says})) as port:
        Thread(target=port.handle_request, daemon=True).start()
        asked = _ask(address.replace(":9000", f":{port.server_port}"))
        gone = _ask(address.replace(":9000", ":1"))

    assert (asked.returncode, asked.stdout) == (status, "reasons")
    assert gone.returncode == 1
    assert "does not answer" in gone.stdout


def _ask(address: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(ROOT / "deploy" / "healthy.py"), address]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
