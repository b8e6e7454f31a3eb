"""One service as a process of its own, forked from a parent that has loaded everything: it starts at once."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.cli import single
from shared.settings import Settings

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.chaos.preloaded"])

Run = Callable[[str, Settings], None]


class Service:
    """One process, which can be killed, told to end and started again."""

    def __init__(self, name: str, settings: Settings, log: Path, run: Run = single.run) -> None:
        """`run` is the main function; it has to be one that can be imported by its name."""
        self.name = name
        self._arguments = (run, name, settings.model_dump_json(), str(log))
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start it; it is not ready yet."""
        self._process = _FORKS.Process(target=_main, args=self._arguments, name=self.name, daemon=True)
        self._process.start()

    @property
    def runs(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int:
        """The process that runs now."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, signum: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.join()

    def end(self) -> tuple[int | None, float]:
        """Ask it to end; return its exit status and the seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        assert self._process is not None
        self._process.join(30)
        return self._process.exitcode, time.monotonic() - began


def _main(run: Run, name: str, settings: str, log: str) -> None:
    with Path(log).open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    run(name, Settings.model_validate_json(settings))
