"""One service of one version, in a process that is handed its public socket."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

from tests.conftest import free_port
from tests.end_to_end.upgrade.version import Version
from tests.entries import SITE
from tests.serving import environment
from tests.waiting import wait_until

_SETTINGS = {
    "GROUNDSWELL_ADDRESS_LIMIT": "off",
    "GROUNDSWELL_NETWORK_LIMIT": "off",
    "GROUNDSWELL_READ_LIMIT": "off",
    "GROUNDSWELL_DEDUPE_WINDOW": "1d",
}


class Process:
    """It runs from when it is made."""

    def __init__(
        self, version: Version, name: str, redis_url: str, directory: Path, http: socket.socket | None = None
    ) -> None:
        """`http` is the public socket; it may be that of other processes too."""
        self.name = name
        self.management = free_port()
        listen = {} if http is None else {"http": http.fileno()}
        python = [sys.executable, "-P", "-m"]
        command = [*python, "services.cli.tether", "--parent", str(os.getpid())]
        command += ["--listen", ",".join(f"{use}={fd}" for use, fd in listen.items())]
        command += ["--", *python, "services.cli.main", name, "--site", SITE, "--redis-url", redis_url]
        command += ["--data-dir", str(directory), "--management-port", str(self.management)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            env=environment({**_SETTINGS, **version.environment}),
            cwd=directory,
            pass_fds=[*listen.values()],
        )

    async def ready(self) -> None:
        """Return once it says that it can do its work."""
        async with httpx.AsyncClient(trust_env=False) as client:

            async def answers() -> bool:
                assert self.process.poll() is None, f"{self.name} has ended"
                try:
                    return (await client.get(f"http://127.0.0.1:{self.management}/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await wait_until(answers, f"{self.name} is ready", 120)

    def spool_files(self) -> set[str]:
        """Return the spool files that it has open."""
        return {f.path for f in psutil.Process(self.process.pid).open_files() if f.path.endswith(".sqlite3")}

    async def end(self) -> int:
        """Tell it to end, and return its exit status once it has."""
        self.process.send_signal(signal.SIGTERM)
        await wait_until(lambda: self.process.poll() is not None, f"{self.name} ends", 60)
        return self.process.returncode

    def kill(self) -> None:
        """End it for certain."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
