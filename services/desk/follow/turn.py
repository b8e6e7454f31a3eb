"""One turn of following something: what was found, and when to ask again."""

from dataclasses import dataclass

from services.desk.follow.taking import Taken
from shared.feed_state import FeedState


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn that went well leaves behind."""

    state: FeedState
    taken: Taken
    soon: bool = False
    """Whether there is more to be had at once."""


def complaint(refused: list[str], entries: int) -> str:
    """Return what is wrong with some of so many entries, empty when nothing is."""
    if not refused:
        return ""
    return f"{len(refused)} of {entries} entries are left out; {refused[0]}"[:500]
