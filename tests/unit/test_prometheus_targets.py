"""What Prometheus asks is what runs: the containers of docker-compose.yml, or a running serve."""

import json
import subprocess
import sys
from pathlib import Path

from services.cli import running
from services.cli.running import Running
from tests.composing import services

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"


def ask(data_dir: Path) -> subprocess.CompletedProcess[str]:
    """Run the command that says what to ask."""
    command = [sys.executable, str(FOLDER / "targets.py"), str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_every_container_of_ours_is_asked_at_its_management_port():
    flag = "--management-port="
    ours = {
        name: word.removeprefix(flag)
        for name, service in services().items()
        for word in service.get("command", [])
        if word.startswith(flag)
    }

    assert json.loads((FOLDER / "targets" / "compose.json").read_text()) == [
        {"targets": [f"{name}:{port}"], "labels": {"process": name}} for name, port in ours.items()
    ]


def test_every_process_of_a_running_serve_is_asked_where_it_listens(tmp_path: Path):
    addresses = {"web": "http://127.0.0.1:40001", "counter": "http://[::1]:40002"}
    running.write(tmp_path, Running("redis://127.0.0.1:6379/0", management=addresses))

    assert json.loads(ask(tmp_path).stdout) == [
        {"targets": ["127.0.0.1:40001"], "labels": {"process": "web"}},
        {"targets": ["[::1]:40002"], "labels": {"process": "counter"}},
    ]


def test_what_is_asked_holds_no_key(tmp_path: Path):
    known = Running("redis://:a-password@127.0.0.1:6379/0", management={"web": "http://127.0.0.1:40001"})
    running.write(tmp_path, known)

    assert "a-password" not in ask(tmp_path).stdout


def test_a_data_directory_on_which_nothing_runs_is_said_to_be_one(tmp_path: Path):
    ended = ask(tmp_path)

    assert ended.returncode == 1
    assert "nothing runs" in ended.stderr
    assert not ended.stdout
