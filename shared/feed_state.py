"""How following a feed goes: what the desk writes down after each try, for the board and for itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from shared import keys
from shared.connection import Client


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed, sitemap or WordPress of a site."""

    url: str
    last_try_at: float = 0.0
    """In Unix seconds; 0 before the first."""
    last_success_at: float = 0.0
    """When it was last read, or said that it had not changed; 0 before the first time."""
    last_error: str = ""
    """What was wrong when it was last tried, or with some of its entries; empty when all is well."""
    articles: int = 0
    """Articles it had when it was last read; of a WordPress, all that were read."""
    memory: Mapping[str, str] = field(default_factory=dict)
    """What the follower goes on with, such as the ETag."""


async def read_states(redis: Client, site: str) -> dict[str, FeedState]:
    """Return the states of the feeds of a site by address. Raises what redis-py raises."""
    found = {}
    for url, raw in (await redis.hgetall(keys.feeds(site))).items():
        try:
            found[url.decode()] = FeedState(**json.loads(raw))
        except (ValueError, TypeError):  # of another release
            continue
    return found


async def write_state(redis: Client, site: str, state: FeedState) -> None:
    """Write the state of a feed down. Raises what redis-py raises."""
    await redis.hset(keys.feeds(site), state.url, json.dumps(asdict(state)))


async def forget_others(redis: Client, site: str, urls: frozenset[str]) -> None:
    """Forget the feeds of a site that are followed no more; their articles stay."""
    gone = [url for url in await redis.hkeys(keys.feeds(site)) if url.decode() not in urls]
    if gone:
        await redis.hdel(keys.feeds(site), *gone)
