"""How many article ids a site lets in that nobody knows (docs/adr/0013-trust.md).

An id that is catalogued, or counted already, is free. Any other costs one of
its site's budget, which fills up evenly to its burst. lua/board.commit.lua
keeps and spends it.
"""

from typing import NamedTuple

from shared.settings import SiteSettings

LIMITS = ("new-ids", "max-ids")
"""What a view is refused for at commit, in the order in which the script tells it."""


class Budget(NamedTuple):
    """What one partition of a site lets in."""

    per_second: float
    burst: float
    most: int
    """Articles with views in a partition beyond which no unknown id is let in."""

    @classmethod
    def of(cls, site: SiteSettings, partitions: int) -> "Budget":
        """Return the share of each partition, so that together they let in what the site says.

        A site that lets in any at all lets in one a partition.
        """
        burst = site.new_ids_burst / partitions
        return cls(site.new_ids_per_minute / 60 / partitions, max(burst, 1) if burst else 0.0, site.max_ids)
