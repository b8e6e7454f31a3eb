"""One child process of the supervisor, started again whenever it dies."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

FIRST_DELAY = 0.2
LONGEST_DELAY = 10.0
LONG_LIFE = 30.0
"""A child that lived this many seconds is started again without much delay."""
GRACE = 10.0
"""Seconds a child has to end by itself."""


@dataclass
class Child:
    """A command, the descriptors it is handed, and the process that runs it now."""

    name: str
    command: Sequence[str]
    listen: Mapping[str, int]
    """Its listening sockets, by name."""
    keep: int
    """A descriptor it holds as long as it lives."""
    environment: Mapping[str, str]
    changed: Callable[[], None]
    """Called whenever the process is another one."""
    log_file: Path | None = None
    """Where it says why it ended, when that is not our own stderr."""
    _process: Process | None = field(default=None, init=False)
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def pids(self) -> list[int]:
        """The process ids; none while it is about to be started again."""
        return [self._process.pid] if self._process and self._process.returncode is None else []

    def start(self) -> None:
        """Begin to keep it running."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Let it end by itself; after ten seconds it is killed. Nothing happens to one never started."""
        if self._keeper is None:
            return
        self._stopping.set()
        self._terminate()
        _, late = await asyncio.wait([self._keeper], timeout=GRACE)
        if late and self._process:
            log.error("%s did not end within %d s and is killed", self.name, GRACE)
            self._process.kill()
        await self._keeper

    async def _keep(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            ending = await self._live()
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - began >= LONG_LIFE:
                delay = FIRST_DELAY
            log.warning("%s %s; starting it again in %.1f s", self.name, ending, delay)
            await asyncio.wait([asyncio.create_task(self._stopping.wait())], timeout=delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _live(self) -> str:
        """Run the process once and return how it ended, for people."""
        try:
            self._process = await self._spawn()
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        self.changed()
        if self._stopping.is_set():
            self._terminate()
        code = await self._process.wait()
        self.changed()
        return f"(pid {self._process.pid}) ended with {_told(code)}{self._last_words()}"

    async def _spawn(self) -> Process:
        # What keeps a log of its own says nothing between the lines of ours.
        if self.log_file is None:
            return await self._execute(sys.stderr.fileno())
        told = os.open(self.log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            return await self._execute(told)
        finally:
            os.close(told)

    async def _execute(self, told: int) -> Process:
        """Run the command; `told` is the descriptor that takes what it says."""
        listen = ",".join(f"{name}={fd}" for name, fd in self.listen.items())
        tether = [sys.executable, "-P", "-m", "services.cli.tether", "--parent", str(os.getpid())]
        return await create_subprocess_exec(
            *[*tether, "--listen", listen, "--keep", str(self.keep), "--", *self.command],
            stdin=DEVNULL,
            stdout=told,
            stderr=told,
            env={**os.environ, **self.environment},
            pass_fds=(*self.listen.values(), self.keep),
            # A Ctrl-C at the terminal is for the supervisor, which ends its children in order.
            start_new_session=True,
        )

    def _terminate(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()

    def _last_words(self) -> str:
        if self.log_file is None or not self.log_file.exists():
            return ""
        lines = self.log_file.read_bytes()[-2_000:].decode(errors="replace").strip().splitlines()
        return f": {lines[-1]} ({self.log_file})" if lines else ""


def _told(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit status {code}"
