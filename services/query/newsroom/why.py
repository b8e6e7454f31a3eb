"""The shape of why an article stands where it stands."""

from pydantic import Field

from services.query.shape import Moment, Shape
from shared.override import Action


class RiseParts(Shape):
    """How far an article is ahead of its own past: r, and what it is made of (shared/rising.py)."""

    r: float = Field(description="In standard deviations; from 3 on it is listed.")
    present: float = Field(description="n_s: the weight at 15m as a count.")
    expected: float = Field(description="mu: the count that its past foretells.")
    site_ratio: float = Field(description="D: how far the whole site is ahead of its past.")


class StandingOverride(Shape):
    """The override of an article that is in force."""

    action: Action
    position: int | None = None
    factor: float | None = None
    label: str | None = None
    since: Moment
    until: Moment
    by: str
    reason: str


class Why(Shape):
    """What an article's places on the lists are made of, as of now."""

    views: int
    reader_days: int = Field(description="Distinct readers of each UTC day, added up.")
    views_per_hour: int = Field(
        description="Views of the running hour, and of the one before it the part that the running one is "
        "still short of: about those of the last 60 minutes."
    )
    weights: dict[str, float] = Field(
        description="What its views are worth now, by half-life; without the factor of a boost.",
        examples=[{"15m": 2.5, "4h": 61.0}],
    )
    rising: RiseParts | None = Field(
        description="With the factor of a boost; null before anything was ranked."
    )
    ranks: dict[str, int | None] = Field(
        description="Its rank on each list, null where it is not on it.",
        examples=[{"trending": 3, "most-read:24h": None}],
    )
    listed_since: dict[str, Moment | None] = Field(
        description="Since when it is among the first hundred of a list, at most as long ago as history "
        "reaches: to the minute, but gaps of less than 15 minutes may go unseen. null where it is not.",
        examples=[{"trending": "2026-02-21T16:42:00Z", "most-read:24h": None}],
    )
    override: StandingOverride | None
