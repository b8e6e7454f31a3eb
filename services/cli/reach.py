"""How a command reaches the Redis of what runs, and its sites."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from services.cli.running import Running
from services.cli.trouble import Trouble
from shared.connection import UNAVAILABLE, Client, connect
from shared.partition import PartitionPlan, load_plan, read_plan
from shared.setting_types import SITE_NAME
from shared.settings import Settings


@asynccontextmanager
async def redis_of(running: Running, command: str) -> AsyncIterator[Client]:
    """Give a client for the time of one command. Raises Trouble when Redis fails it."""
    parts = urlsplit(running.redis_url)
    where = f"{parts.hostname}:{parts.port or 6379}"  # never the whole address: it carries the password
    redis = connect(running.redis_url, deadline=10, name=command)
    try:
        await redis.ping()
        yield redis
    except UNAVAILABLE as error:
        raise Trouble(f"Redis at {where} fails: {error or type(error).__name__}") from None
    finally:
        await redis.aclose()


async def plan_of(redis: Client, settings: Settings) -> PartitionPlan:
    """Return the partitions as the services use them; only before any has started, as these settings say."""
    return await read_plan(redis) or await load_plan(redis, settings.partitions, time.time())


def site_of(running: Running, site: str | None) -> str:
    """Return the site a command is about: the one it names, else the first that is served.

    Raises Trouble for a name that is not served, when it is known which are.
    """
    if site is None:
        if not running.sites:
            raise Trouble("site: none is configured; give --site SITE")
        return running.sites[0]
    if not SITE_NAME.fullmatch(site):
        raise Trouble("site: a site's name is 1-64 of a-z, 0-9, dot and hyphen")
    if running.sites and site not in running.sites:
        raise Trouble(f"site: {site!r} is not served; served are {', '.join(running.sites)}")
    return site
