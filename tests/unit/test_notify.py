"""What the service manager is told, on real sockets."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.notify import Notify


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A service manager, and the address it names; abstract ones are of Linux alone."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@groundswell-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as listening:
        listening.bind(name.replace("@", "\0") if request.param == "abstract" else name)
        listening.settimeout(10)
        yield listening, name


async def test_start_life_and_end_are_told(manager: tuple[socket.socket, str]):
    listening, name = manager
    notify = Notify(name)

    notify.ready([])
    await notify.alive()
    notify.stopping()

    told = [listening.recv(1_000).decode().splitlines()[0] for _ in range(3)]
    assert told == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_what_is_missing_at_the_start_is_one_line_of_the_status(manager: tuple[socket.socket, str]):
    listening, name = manager

    Notify(name).ready(["Redis is away:\nConnection refused", "no salt"])

    assert listening.recv(1_000).decode() == "READY=1\nSTATUS=Redis is away: Connection refused; no salt"


def test_a_manager_that_is_gone_is_logged_and_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        Notify(str(tmp_path / "nobody")).stopping()

    assert "was not told STOPPING=1" in caplog.text


def test_without_a_manager_nothing_is_said(caplog: pytest.LogCaptureFixture):
    Notify().ready([])

    assert caplog.text == ""


@pytest.mark.parametrize(
    ("pid", "watchdog"),
    [(None, 30.0), (str(os.getpid()), 30.0), (str(os.getppid()), 0.0)],
    ids=["nobody", "this one", "another"],
)
def test_the_watchdog_minds_the_process_that_is_named(
    pid: str | None, watchdog: float, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NOTIFY_SOCKET", "@manager")
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid is not None:
        monkeypatch.setenv("WATCHDOG_PID", pid)

    assert Notify.from_environment() == Notify("@manager", watchdog)


def test_children_do_not_speak_for_this_process(monkeypatch: pytest.MonkeyPatch):
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.setenv(name, "1")

    Notify.from_environment()

    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"} & os.environ.keys()
    assert Notify.from_environment() == Notify()
