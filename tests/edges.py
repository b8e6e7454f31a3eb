"""The edge of deploy/, run by a real Caddy in front of what a test serves, and slow clients of it."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shared.http import ASGIApp
from shared.service import bind, http_server
from tests.conftest import free_port
from tests.programs import need
from tests.waiting import wait_until

CADDYFILE = Path(__file__).parents[1] / "deploy" / "Caddyfile"
CLIENT = "127.0.0.7"
"""The address that readers come from, so that it can be told from those of servers."""


@dataclass(frozen=True)
class Edge:
    """A running Caddy."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """Serve an application as our processes do; the port."""
    listening = bind("127.0.0.1", 0)
    server = http_server(app)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def edge_before(upstream: int, directory: Path, caddyfile: str | None = None) -> AsyncIterator[Edge]:
    """Run Caddy in front of a port with the Caddyfile of deploy/, or with the text of another."""
    caddy, port = need("caddy"), free_port()
    directory.mkdir(parents=True, exist_ok=True)
    config, log = directory / "Caddyfile", directory / "caddy.log"
    config.write_text(CADDYFILE.read_text() if caddyfile is None else caddyfile)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
        "GROUNDSWELL_EDGE": f"http://127.0.0.1:{port}",
        "GROUNDSWELL_UPSTREAM": f"127.0.0.1:{upstream}",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [caddy, "run", "--adapter", "caddyfile", "--config", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
        )
    try:
        await wait_until(lambda: _answers(port) or process.poll() is not None, "Caddy listens")
        assert process.poll() is None, log.read_text()
        yield Edge(port, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class Slow:
    """Connections that send the beginning of a request, and of the rest one byte a second."""

    def __init__(self, beginnings: Sequence[bytes], port: int) -> None:
        self._beginnings = beginnings
        self._port = port
        self._clients: list[asyncio.Task[bytes]] = []
        self._connected = 0

    async def begin(self) -> None:
        """Return once all have connected and said how they begin."""
        self._clients = [asyncio.create_task(self._drip(beginning)) for beginning in self._beginnings]
        everyone = len(self._clients)
        await wait_until(lambda: self._connected == everyone, f"{everyone} slow clients have connected")

    @property
    def open(self) -> int:
        """How many have not been closed by the other end."""
        return sum(not client.done() for client in self._clients)

    def answers(self) -> list[bytes]:
        """Return what each was answered before it was closed."""
        return [client.result() for client in self._clients if client.done()]

    async def end(self) -> None:
        """Close those that are open."""
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _drip(self, beginning: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(CLIENT, 0))
        answer = b""
        try:
            writer.write(beginning)
            self._connected += 1
            while not reader.at_eof():
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        answer += await reader.read(1_000)
                        continue
                writer.write(b"x")
        except ConnectionError:
            pass
        finally:
            writer.close()
        return answer
