"""A real `groundswell serve`, started as a process and ended by its own pid."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from shared.connection import Client, connect
from tests.waiting import wait_until

SITE = "news.example"
GROUNDSWELL = Path(sys.executable).parent / "groundswell"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
PROCESSES = ("web", "counter", "ranker", "desk")


@dataclass
class Serving:
    """One running `groundswell serve`: what it printed, and clients of what it runs."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    stdout: Path
    document: dict[str, Any]
    """The line it printed when it was ready."""
    redis: Client
    http: httpx.AsyncClient
    """A reader's browser at the public address, and by full addresses a client of all others."""

    @property
    def url(self) -> str:
        """The public address."""
        return str(self.document["url"])

    @property
    def desk(self) -> str:
        """The address of the desk."""
        return str(self.document["desk"])

    @property
    def management(self) -> dict[str, str]:
        """The management address of each process."""
        return dict(self.document["management"])

    @property
    def keys(self) -> dict[str, str]:
        """The keys that were made: `batch_key`, `desk_key`, `newsroom_key`, `redis_password`."""
        return tomllib.loads((self.data_dir / "keys.toml").read_text())

    def bearer(self, name: str) -> dict[str, str]:
        """Return the header that carries a key: `batch`, `desk` or `newsroom`."""
        return {"authorization": f"Bearer {self.keys[f'{name}_key']}"}

    def processes(self) -> list[psutil.Process]:
        """Return the supervisor and everything it started, as they are now."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    async def ready(self, name: str) -> bool:
        """Return whether a process says that it can do its work."""
        try:
            return (await self.http.get(f"{self.management[name]}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def everything_ready(self) -> bool:
        """Return whether every process can do its work."""
        return all([await self.ready(name) for name in PROCESSES])

    def end(self, signum: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, wait until it has, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(timeout=60)


@asynccontextmanager
async def serve(
    data_dir: Path,
    *flags: str,
    sites: Sequence[str] = (SITE,),
    partitions: int = 1,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Serving]:
    """Start `groundswell serve` on free ports, wait until it is ready, and end it at the end.

    What it wrote to stderr is shown when the test fails.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    stdout, stderr = data_dir / "test.stdout", data_dir / "test.stderr"
    command = [str(GROUNDSWELL), "serve", "--port", "0", "--data-dir", str(data_dir)]
    command += ["--partitions", str(partitions), *(f"--site={site}" for site in sites), *flags]
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(env), cwd=data_dir
        )
    try:
        await wait_until(
            lambda: process.poll() is not None or stdout.read_bytes().endswith(b"\n"),
            "groundswell serve is ready",
            seconds=90,
        )
        assert process.poll() is None, stderr.read_text()
        document = json.loads(stdout.read_bytes())
        redis = connect(document["redis_url"], deadline=5, name="test")
        async with httpx.AsyncClient(
            base_url=document["url"], headers=BROWSER, timeout=20, trust_env=False
        ) as http:
            yield Serving(process, data_dir, stdout, document, redis, http)
        await redis.aclose()
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(timeout=60)
        finally:
            process.kill()
            sys.stderr.write(stderr.read_text())


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run; one that ended and was not asked for its status does not."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without any setting of ours, and with those given.

    Tests count to the view, so no heartbeat is sent beside theirs unless that is asked for.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    return {**clean, "GROUNDSWELL_HEARTBEAT_INTERVAL": "0", **(extra or {})}


def run(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [str(GROUNDSWELL), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(env),
        cwd=cwd,
        timeout=120,
        check=False,
    )
