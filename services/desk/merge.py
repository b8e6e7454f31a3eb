"""Two ids become one: the old one an alias, and everything counted under it the new one's."""

from dataclasses import dataclass

from services.desk import catalogue
from services.desk.move import Moved, move, partitions_ever
from shared.connection import Client


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did."""

    aliases: tuple[str, ...]
    """The ids that are aliases of the article now."""
    moved: Moved


async def merge(redis: Client, site: str, article_id: str, into: str, *, by: str = "desk") -> Merged:
    """Merge an id into a catalogued article.

    The alias comes first, so that whatever stops this half-way, the sweep finishes it. Merging
    again moves nothing more. Raises Problem as catalogue.make_alias does.
    """
    aliases = await catalogue.make_alias(redis, site, article_id, into, by=by)
    moved = await move(redis, site, dict.fromkeys(aliases, into), await partitions_ever(redis))
    return Merged(tuple(aliases), moved)
