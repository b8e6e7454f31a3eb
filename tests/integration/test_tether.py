"""What is tethered ends with whoever started it, and finds its sockets where it looks."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from services.cli.sockets import listen
from tests.serving import alive
from tests.waiting import wait_until

TETHER = [sys.executable, "-P", "-m", "services.cli.tether"]
STAY = "import os, sys; from services.cli.tether import stay; stay(sys.argv[1:], os.getppid())"
SLEEP = "import time; print('up', flush=True); time.sleep(600)"
TELL = """
import contextlib, json, os, sys
from services.cli.sockets import inherited
mine = os.environ["LISTEN_PID"] == str(os.getpid())
found = {name: one.getsockname()[1] for name, one in inherited().items()}
left = [name for name in os.environ if name.startswith("LISTEN_")]
open_files = set()
for fd in range(3, 32):
    with contextlib.suppress(OSError):
        open_files.add(os.fstat(fd).st_ino)
kept = int(sys.argv[1]) in open_files
print(json.dumps({"mine": mine, "ports": found, "left": left, "pid": os.getpid(), "kept": kept}))
"""


def test_sockets_are_handed_over_by_name_and_the_process_keeps_its_pid(tmp_path: Path):
    with listen("127.0.0.1", 0, "port") as one, listen("127.0.0.1", 0, "port") as other:
        with (tmp_path / "kept").open("w") as kept:
            ended = subprocess.Popen(
                [
                    *TETHER,
                    *("--parent", str(os.getpid())),
                    *("--listen", f"http={one.fileno()},management={other.fileno()}"),
                    *("--keep", str(kept.fileno())),
                    *("--", sys.executable, "-c", TELL, str(os.fstat(kept.fileno()).st_ino)),
                ],
                pass_fds=[one.fileno(), other.fileno(), kept.fileno()],
                stdout=subprocess.PIPE,
            )
            told = json.loads(ended.communicate(timeout=30)[0])
        ports = {"http": one.getsockname()[1], "management": other.getsockname()[1]}

    assert told == {"mine": True, "ports": ports, "left": [], "pid": ended.pid, "kept": True}


@pytest.mark.parametrize("order", [(3, 4), (4, 3)])
def test_descriptors_that_are_in_each_others_place_are_sorted_out(order: tuple[int, int]):
    script = (
        "import os, socket, sys\n"
        "from services.cli.tether import place\n"
        "ports = {}\n"
        "os.closerange(3, 20)\n"
        "for fd in (3, 4):\n"
        "    one = socket.create_server(('127.0.0.1', 0))\n"
        "    assert one.fileno() == fd\n"
        "    ports[one.detach()] = socket.socket(fileno=os.dup(fd)).getsockname()[1]\n"
        f"place({order!r}, [])\n"
        "found = [socket.socket(fileno=fd).getsockname()[1] for fd in (3, 4)]\n"
        f"assert found == [ports[fd] for fd in {order!r}], (found, ports)\n"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=30).returncode == 0


def test_nothing_is_run_for_a_parent_that_is_gone_already():
    ended = subprocess.run(
        [*TETHER, "--parent", "1", "--", sys.executable, "-c", "print('ran')"],
        capture_output=True,
        check=False,
        timeout=30,
    )

    assert (ended.returncode, ended.stdout) == (1, b"")


def test_sockets_meant_for_another_process_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    from services.cli.sockets import inherited

    monkeypatch.setenv("LISTEN_PID", str(os.getppid()))
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_FDNAMES", "http")

    assert inherited() == {}


@pytest.mark.parametrize(
    "tether",
    [["-m", "services.cli.tether", "--parent", "{parent}", "--"], ["-c", STAY]],
    ids=["become", "stay"],
)
async def test_a_command_ends_when_its_parent_is_killed(tether: list[str]):
    script = (
        "import os, subprocess, sys\n"
        "arguments = [a.replace('{parent}', str(os.getpid())) for a in sys.argv[1:]]\n"
        "subprocess.run([sys.executable, *arguments])\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, *tether, sys.executable, "-c", SLEEP], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    started = psutil.Process(parent.pid).children(recursive=True)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert started
    await wait_until(lambda: not alive(started), "what the parent started is gone")


def test_where_the_kernel_does_not_help_signals_and_statuses_are_passed_on():
    def run(code: str, signum: signal.Signals | None = None) -> int:
        with subprocess.Popen(
            [sys.executable, "-c", STAY, sys.executable, "-c", code], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            if signum is not None:
                process.send_signal(signum)
            return process.wait(timeout=30)

    assert run("import sys; sys.exit(7)") == 7
    assert run(SLEEP, signal.SIGTERM) == 128 + signal.SIGTERM
