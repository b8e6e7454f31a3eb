"""A service is started by systemd's own program for it, on a socket that systemd made."""

import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.posting import SITE
from tests.programs import need
from tests.serving import GROUNDSWELL, environment
from tests.waiting import wait_until


@dataclass
class Activated:
    """A query service that begins when somebody connects, and who is told how it does."""

    process: subprocess.Popen[bytes]
    url: str
    manager: socket.socket

    def told(self) -> list[str]:
        """Return the first line of each message so far."""
        lines = []
        while True:
            try:
                lines.append(self.manager.recv(1_000).decode().splitlines()[0])
            except BlockingIOError:
                return lines


@pytest.fixture
async def activated(redis_url: str, tmp_path: Path) -> AsyncIterator[Activated]:
    port = free_port()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(f"\0groundswell-test-{os.getpid()}-{port}")
        manager.setblocking(False)
        told = {
            "NOTIFY_SOCKET": f"@groundswell-test-{os.getpid()}-{port}",
            "WATCHDOG_USEC": "300000",
        }
        command = [need("systemd-socket-activate"), f"--listen=127.0.0.1:{port}", "--fdname=http"]
        command += [f"--setenv={name}" for name in (*told, "PATH")]
        command += [str(GROUNDSWELL), "query", "--site", SITE, "--redis-url", redis_url]
        process = subprocess.Popen(
            [*command, "--port", "1", "--data-dir", str(tmp_path)], env=environment(told), cwd=tmp_path
        )
        try:
            yield Activated(process, f"http://127.0.0.1:{port}", manager)
        finally:
            process.kill()
            process.wait()


async def test_whoever_connects_first_is_answered_and_systemd_is_told_of_start_life_and_end(
    activated: Activated,
):
    async with httpx.AsyncClient(base_url=activated.url, timeout=60, trust_env=False) as http:

        async def answered() -> bool:
            try:
                return (await http.get(f"/v1/counts?site={SITE}&ids=/a")).status_code == 200
            except httpx.ConnectError:  # systemd does not listen yet
                return False

        await wait_until(answered, "the service answers", 60)
    heard: list[str] = []
    await wait_until(lambda: heard.extend(activated.told()) or "WATCHDOG=1" in heard, "a sign of life")

    activated.process.send_signal(signal.SIGTERM)
    await wait_until(lambda: activated.process.poll() is not None, "it ends")

    heard += activated.told()
    assert (heard[0], heard[-1]) == ("READY=1", "STOPPING=1")
    assert activated.process.returncode == 0
