"""What is examined: one installation, as far as it is known from here."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from services.cli.doctor.finding import Finding
from services.cli.running import Running
from shared.connection import Client
from shared.settings import Settings


@dataclass(frozen=True)
class Case:
    """One installation."""

    settings: Settings
    """Those of the `groundswell serve` that runs; where none does, those of flags, environment and file."""
    running: Running | None
    """How to reach what runs; None when nothing is known to."""
    now: float
    """Unix seconds: by the clock of Redis where it answers, else by that of this machine."""
    partitions: int = 0
    """The highest P ever used; 0 when no service has started on this Redis, or it does not answer."""
    prometheus: str | None = None
    """The address of the Prometheus that watches; None when none was named."""


LookHere = Callable[[Case], AsyncIterator[Finding]]
"""A check that needs no Redis."""

LookInRedis = Callable[[Case, Client], AsyncIterator[Finding]]
"""A check that asks Redis; it may raise what redis-py raises."""


def span(seconds: float) -> str:
    """Return a time in words, such as `40 s`, `12 min`, `3 h`, `2 days`."""
    seconds = max(0.0, seconds)
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s"


def size(number: float) -> str:
    """Return bytes in words, such as `512 MB`."""
    for unit, length in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if number >= length:
            return f"{number / length:,.1f} {unit}".replace(".0 ", " ")
    return f"{number:,.0f} B"
