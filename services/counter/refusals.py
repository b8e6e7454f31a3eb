"""What was refused at commit, told to the newsroom: its board says what can be done about it.

These numbers are not the books, which the script keeps: a write that fails is
logged and forgotten.
"""

import logging
import time

from shared import hours, keys
from shared.arrivals import LIFETIME, UNCOUNTED
from shared.connection import UNAVAILABLE, Client

log = logging.getLogger(__name__)


async def tell(redis: Client, site: str, limit: str, views: int) -> None:
    """Add views of a site that were refused for a limit to the running hour."""
    key = keys.arrivals(site, hours.hour_stamp(time.time()))
    try:
        async with redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(key, f"{UNCOUNTED}:{limit}", views)
            pipe.expire(key, LIFETIME)
            await pipe.execute()
    except UNAVAILABLE as error:
        log.warning("%d refused views of %s are not shown to the newsroom: %s", views, site, error)
