"""Redis servers with settings of a test's own, each ended by its own pid."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from shared.connection import UNAVAILABLE, connect
from tests.waiting import wait_until


@asynccontextmanager
async def redis_server(program: str, directory: Path, url: str, **options: str | int) -> AsyncIterator[None]:
    """Run a Redis or Valkey that keeps nothing, from when it answers at `url`; an underscore is a hyphen."""
    directory.mkdir(parents=True, exist_ok=True)
    given = {"bind": "127.0.0.1", "save": "", "dir": str(directory), **options}
    command = [program]
    for name, value in given.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    log = directory / "redis.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    client = connect(url, deadline=2, name="test")

    async def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with suppress(*UNAVAILABLE):
            return bool(await client.ping())
        return False

    try:
        await wait_until(answers, "the server answers")
        yield
    finally:
        await client.aclose()
        process.terminate()
        try:
            process.wait(timeout=10)
        finally:
            process.kill()
            process.wait()
