"""What a check found: how it is, in words, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Nothing is lost yet, or it may be meant so."""
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """It could not be looked at."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    """Of the check; the same one may find several things."""
    level: Level
    what: str
    remedy: str = ""
    """What to do; empty where there is nothing to do."""


def ok(name: str, what: str) -> Finding:
    """Return that all is well."""
    return Finding(name, Level.OK, what)


def warning(name: str, what: str, remedy: str) -> Finding:
    """Return what somebody should look at."""
    return Finding(name, Level.WARNING, what, remedy)


def wrong(name: str, what: str, remedy: str) -> Finding:
    """Return what somebody has to put right."""
    return Finding(name, Level.WRONG, what, remedy)


def unknown(name: str, what: str, remedy: str = "") -> Finding:
    """Return why something could not be looked at."""
    return Finding(name, Level.UNKNOWN, what, remedy)
