"""How long to leave alone what was just asked."""

LONGEST = 600.0
"""Seconds after which something that fails is asked again at the latest, unless it asks for more itself."""

SOON = 1.0
"""Seconds before the next part of something long."""


def rest(interval: float, *, failures: int = 0, asked: float = 0.0, soon: bool = False) -> float:
    """Return seconds: the interval, doubled with every further failure, and never less than was `asked`."""
    if soon:
        return SOON
    doubled: float = interval * 2.0 ** min(max(failures - 1, 0), 20)
    return max(min(doubled, max(LONGEST, interval)), asked)
