"""Strangers: article ids that neither the catalogue nor any count of their site knows."""

from collections import defaultdict
from collections.abc import Sequence

from shared import keys
from shared.connection import Client

_MOST_KNOWN = 200_000
"""Ids of a site remembered as known, some 20 MB; beyond, all of them are asked for again."""


class Strangers:
    """Tells which ids are strangers, and remembers those that are not."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._known: defaultdict[str, set[str]] = defaultdict(set)

    async def among(self, site: str, ids: Sequence[str], partitions: int) -> list[str]:
        """Return those of the ids that are strangers now, in their order.

        One round trip, and none while all of them are known. Raises what
        redis-py raises.
        """
        known = self._known[site]
        asked = [one for one in ids if one not in known]
        if not asked:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.zmscore(keys.published(site), asked)
            for p in range(partitions):
                pipe.hmget(keys.count(p, site), asked)
            rows = await pipe.execute()
        found = [one for one, *answers in zip(asked, *rows, strict=True) if answers.count(None) == len(rows)]
        if len(known) > _MOST_KNOWN:
            known.clear()
        known.update(set(asked).difference(found))
        return found
