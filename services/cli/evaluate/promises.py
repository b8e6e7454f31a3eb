"""What rising must do, and whether it did."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.cli.evaluate.alarms import Alarms

MOST_DELAY = 10.0
"""Minutes, the median; at ten views a second."""

MOST_FALSE = 0.002
"""The share of quiet article-hours."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that rising must do."""

    name: str
    seen: str
    wanted: str
    kept: bool


def promises(alarms: Alarms) -> Iterator[Promise]:
    """Yield what rising must do, as it was seen in one newsroom."""
    found, delay = len(alarms.delays), alarms.delay
    yield Promise("breaking stories found", f"{found} of {alarms.breaking}", "all", found == alarms.breaking)
    if alarms.breaking:
        yield Promise(
            "median delay until listed",
            "never" if delay is None else f"{delay:.1f} min",
            f"at most {MOST_DELAY:.0f} min",
            delay is not None and delay <= MOST_DELAY,
        )
    evergreens = alarms.evergreens
    yield Promise("evergreens listed", ", ".join(evergreens[:3]) or "none", "none", not evergreens)
    yield _false("quiet article-hours listed", alarms.share())
    yield _false("  of the mornings", alarms.share(alarms.mornings))
    if alarms.aftermath:
        yield _false("  of the outage and after it", alarms.share(alarms.aftermath))


def _false(name: str, share: float) -> Promise:
    return Promise(name, f"{share:.3%}", f"at most {MOST_FALSE:.1%}", share <= MOST_FALSE)
