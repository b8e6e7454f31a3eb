"""Put starting totals into the counts."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import NamedTuple

from shared import keys
from shared.connection import Client

_SET = files("services.cli.importing").joinpath("lua/starting.set.lua").read_text()
_CHUNK = 1_000

PARTITION = 0
"""Starting totals come from no visitor, and this partition is there whatever P is."""


class Change(NamedTuple):
    """What setting starting totals changed."""

    changed: int
    """Articles whose starting total was another one before."""
    views: int
    """By how many views all counts together went up; negative after a correction downwards."""


async def put(redis: Client, site: str, views: Mapping[str, int], resolve: Callable[[str], str]) -> Change:
    """Set the starting total of each article id to its views; what the file does not name stays.

    `resolve` gives the article of an alias. Ids are remembered as they are
    listed, so that one that becomes an alias later is not put in again.
    """
    p = PARTITION
    named = [keys.starting(p, site), keys.count(p, site), keys.total(p)]
    changed = moved = 0
    listed = list(views.items())
    for start in range(0, len(listed), _CHUNK):
        arguments = [
            text for raw, number in listed[start : start + _CHUNK] for text in (raw, resolve(raw), number)
        ]
        some, by = await redis.eval(_SET, len(named), *named, *arguments)
        changed += some
        moved += int(float(by))
    return Change(changed, moved)
