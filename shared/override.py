"""What the newsroom sets above the ranking: at most one override an article, until its time is over.

`gs:override:SITE` is a hash: article -> JSON of its override. The desk writes
it; ranker and query service hold it with their copy of the catalogue. An
override whose `until` has come is in force no more, whether it has been swept
out of the hash or not.
"""

import logging
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.article import Line, Name
from shared.hours import DAY

log = logging.getLogger(__name__)

Action = Literal["pin", "ban", "boost", "sponsor"]

LAST_POSITION = 100
"""The last place of an answer, and so of a pin or a sponsored slot."""

LEAST_FACTOR, MOST_FACTOR = 0.01, 100.0
LONGEST = 90 * DAY
"""Seconds an override may be in force: what is meant for ever belongs into the catalogue."""

MOST = 1_000
"""Overrides of one site at a time: every reader holds them all."""

Position = Annotated[int, Field(ge=1, le=LAST_POSITION, strict=True)]
Factor = Annotated[float, Field(ge=LEAST_FACTOR, le=MOST_FACTOR, strict=True, allow_inf_nan=False)]

T = TypeVar("T")


class Override(BaseModel):
    """One override. Moments are Unix seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    position: Position | None = None
    """Of a pin the rank on trending, of a sponsored slot the place in the answer."""
    factor: Factor | None = None
    """What the weights of a boosted article are multiplied by."""
    label: Name | None = None
    """What a sponsored slot is called."""
    since: float
    until: float
    by: Name
    reason: Line

    def encode(self) -> str:
        """Return the field of the hash."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def decode(cls, value: bytes) -> "Override":
        """Return the override of a field. Raises ValueError when it is not one."""
        return cls.model_validate_json(value)


FIELDS: Mapping[Action, tuple[str, ...]] = {
    "pin": ("position",),
    "ban": (),
    "boost": ("factor",),
    "sponsor": ("position", "label"),
}
"""What an action cannot be without, of those that no other action has."""


def read_all(raw: Mapping[bytes, bytes]) -> dict[str, Override]:
    """Return the overrides of a whole hash; what is none is logged and left out."""
    found = {}
    for article_id, value in raw.items():
        try:
            found[article_id.decode()] = Override.decode(value)
        except ValueError:
            _tell_unreadable(article_id, value)
    return found


@lru_cache(maxsize=MOST)
def _tell_unreadable(article_id: bytes, value: bytes) -> None:
    """Log it, once for each value: it may be read every second."""
    log.warning("the override of %r cannot be read", article_id)


class Slot(NamedTuple):
    """A labelled place outside the ranking."""

    position: int
    article_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands on trending because somebody put it there."""

    pins: Sequence[tuple[int, str]] = ()
    """Pairs of rank and article, by rank."""
    slots: Sequence[Slot] = ()
    """Beside the ranking, by position."""

    def among(self, ids: Container[str]) -> "Placed":
        """Return what of it is among some ids."""
        return Placed(
            tuple(pin for pin in self.pins if pin[1] in ids),
            tuple(slot for slot in self.slots if slot.article_id in ids),
        )


NOTHING_PLACED = Placed()


@dataclass(frozen=True, slots=True)
class InForce:
    """The overrides of one moment, by article."""

    overrides: Mapping[str, Override] = field(default_factory=dict)

    @property
    def unranked(self) -> frozenset[str]:
        """Articles that stand in no ranking: the banned, and those that have a slot beside it."""
        return frozenset(i for i, one in self.overrides.items() if one.action in ("ban", "sponsor"))

    @property
    def factors(self) -> dict[str, float]:
        """What the weights of boosted articles are multiplied by."""
        return {i: one.factor for i, one in self.overrides.items() if one.factor is not None}

    @property
    def placed(self) -> Placed:
        """What stands at a place of its own."""
        pins = [
            (one.position, i)
            for i, one in self.overrides.items()
            if one.action == "pin" and one.position is not None
        ]
        slots = [
            Slot(one.position, i, one.label)
            for i, one in self.overrides.items()
            if one.position is not None and one.label is not None
        ]
        return Placed(tuple(sorted(pins)), tuple(sorted(slots)))


def in_force(overrides: Mapping[str, Override], resolve: Callable[[str], str], now: float) -> InForce:
    """Return the overrides of a moment in Unix seconds by article.

    `resolve` gives the article of an alias: when an article becomes one of
    another, its override is that of the other, unless that has its own.
    """
    standing = {i: one for i, one in overrides.items() if one.until > now}
    inherited = {resolve(i): one for i, one in standing.items() if resolve(i) != i}
    return InForce(inherited | {i: one for i, one in standing.items() if resolve(i) == i})


def arranged(order: Iterable[T], pins: Sequence[tuple[int, T]]) -> Iterator[T]:
    """Yield an order, which holds none of the pinned, with these at their places.

    `pins` are pairs of place, from 1, and what stands there, by place. Of two
    with one place the second comes next; beyond the end is at the end.
    """
    waiting = list(reversed(pins))
    place = 0
    for one in order:
        place += 1
        while waiting and waiting[-1][0] <= place:
            yield waiting.pop()[1]
            place += 1
        yield one
    yield from (one for _, one in reversed(waiting))
