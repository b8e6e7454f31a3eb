"""One file for each fault: `run` does it, `control` does what the oracle has to catch."""

from collections.abc import Awaitable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from tests.chaos.verdict import Row


class Fault(Protocol):
    """What each file has; FULL and TENTH are how often, and how many events."""

    FULL: tuple[int, int]
    TENTH: tuple[int, int]

    def run(self, directory: Path, times: int, events: int) -> Awaitable[list[Row]]:
        """Break it, and return the rows of the table."""
        ...

    def control(self, directory: Path) -> Awaitable[Row]:
        """Do it wrong, and return a row that says so."""
        ...


_NAMES = (
    "kill_counter",
    "kill_services",
    "kill_redis",
    "held_fsync",
    "cut_tail",
    "lost_state",
    "full",
    "network",
    "stopped_redis",
    "sent_thrice",
    "retried_batch",
    "poison",
    "terminate",
    "versions",
)

FAULTS = {name: cast(Fault, import_module(f"{__name__}.{name}")) for name in _NAMES}
