"""What runs while something is measured: real processes, each ended by its own pid."""

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import httpx
import psutil

from services.cli.embedded import Embedded
from shared.connection import UNAVAILABLE, Client, connect
from tests.bench.load import Result, Spec
from tests.bench.requests import SITE
from tests.conftest import free_port
from tests.serving import GROUNDSWELL, environment
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


class Unmeasured(Exception):
    """Something did not do what it was measured for; the message says what."""


@dataclass(frozen=True)
class Started:
    """One running process and the ports it answers on."""

    process: psutil.Popen
    port: int
    management: int = 0

    @property
    def cpu(self) -> float:
        """Seconds of processor it took so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@dataclass(frozen=True)
class Valkey:
    """One running embedded Valkey, set up as `groundswell serve` does, and a client of it."""

    started: Started
    url: str
    redis: Client


@asynccontextmanager
async def running(command: Sequence[str], directory: Path, port: int) -> AsyncIterator[Started]:
    """Run a command until the end of the block; what it wrote is shown when the block fails."""
    log = directory / f"{port}.log"
    with log.open("wb") as out:
        process = psutil.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=directory,
            # The load asks from one address, so the limit is one that costs what it costs and refuses nobody.
            env=environment({"PYTHONPATH": str(ROOT), "GROUNDSWELL_READ_LIMIT": "1000000/1s"}),
        )
    try:
        yield Started(process, port)
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace")[-4_000:])
        raise
    finally:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


@asynccontextmanager
async def valkey(directory: Path) -> AsyncIterator[Valkey]:
    """Run an empty Valkey."""
    port = free_port()
    embedded = Embedded(directory / f"valkey-{port}", port, secrets.token_urlsafe(), "2gb")
    async with running(embedded.command(), directory, port) as started:
        redis = connect(embedded.url, deadline=30, name="bench")

        async def answers() -> bool:
            with suppress(*UNAVAILABLE):
                return bool(await redis.ping())
            return False

        await wait_until(answers, "Valkey answers")
        yield Valkey(started, embedded.url, redis)
        await redis.aclose()


@asynccontextmanager
async def service(
    name: str,
    valkey: Valkey,
    directory: Path,
    *,
    public: bool = True,
    partitions: int = 1,
    until_ready: bool = True,
    sites: Sequence[str] = (SITE,),
) -> AsyncIterator[Started]:
    """Run one real service until the end of the block, from when it is ready or, if told so, at once."""
    port, management = free_port(), free_port()
    command = [str(GROUNDSWELL), name, "--redis-url", valkey.url, "--log-level", "warning"]
    command += [
        *(f"--site={site}" for site in sites),
        "--partitions",
        str(partitions),
        "--management-port",
        str(management),
    ]
    if public:
        command += ["--port", str(port)]
    async with (
        running(command, directory, port) as started,
        httpx.AsyncClient(trust_env=False, timeout=10) as http,
    ):

        async def ready() -> bool:
            with suppress(httpx.HTTPError):
                return (await http.get(f"http://127.0.0.1:{management}/readyz")).status_code == 200
            if started.process.poll() is not None:
                raise Unmeasured(f"{name} ended before it was measured")
            return False

        if until_ready:
            await wait_until(ready, f"{name} is ready", seconds=60)
        yield replace(started, management=management)


@asynccontextmanager
async def noop(directory: Path) -> AsyncIterator[Started]:
    """Run the reference."""
    port = free_port()
    async with running([sys.executable, "-m", "tests.bench.noop", str(port)], directory, port) as started:

        async def listens() -> bool:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return True
            return False

        await wait_until(listens, "the reference listens")
        yield started


async def load(spec: Spec) -> Result:
    """Run a load in a process of its own. Raises Unmeasured when not every request was answered."""
    command = [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(spec))]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise Unmeasured(f"the load of {spec.kind} failed")
    result = Result(**json.loads(out))
    if result.lost or result.unanswered or not result.answers:
        raise Unmeasured(f"the load of {spec.kind} was not answered: {result}")
    return result
