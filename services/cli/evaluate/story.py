"""One article of a made-up newsroom, and how often it is read at any moment."""

from dataclasses import dataclass
from math import exp2, expm1
from typing import Literal

from shared.hours import HOUR

MINUTE = 60

Kind = Literal["evergreen", "archive", "story", "breaking"]

SETTLED = 12 * HOUR
"""The age in seconds from which a story only loses readers."""

_WINS = 10 * MINUTE
"""The time constant in which a story wins its readers."""

_BREAKS = 5 * MINUTE
_BREAKING_FADES = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Story:
    """Moments are Unix seconds; rates are views a second at the mean hour of a day."""

    id: str
    kind: Kind
    published: float
    readers: float
    """Its rate at the height."""
    lag: int = 0
    """Minutes by which the day of its readers is later than that of the others."""
    half_life: float | None = None
    """Seconds in which it loses half of its readers; None if it keeps them."""
    breaks: float | None = None
    """When it breaks, if it does."""
    burst: float = 0.0
    """The rate that breaking adds at the height, whatever the hour of the day."""

    def rate(self, at: float, day: float) -> float:
        """Return how often it is read at a moment; `day` is the rate of that minute of its day."""
        age = at - self.published
        if age < 0:
            return 0.0
        rate = self.readers * day
        if self.half_life is not None:
            rate *= -expm1(-age / _WINS) * exp2(-age / self.half_life)
        if self.breaks is not None and at > self.breaks:
            since = at - self.breaks
            rate += self.burst * -expm1(-since / _BREAKS) * exp2(-since / _BREAKING_FADES)
        return rate

    def quiet(self, at: float) -> bool:
        """Return whether nothing happens to it: it keeps its readers, or loses them."""
        if self.breaks is not None and at >= self.breaks:
            return False
        return self.half_life is None or at - self.published >= SETTLED
