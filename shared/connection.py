"""Connections to Redis, with the time-outs and retries set by us.

redis-py retries by default; a retried XADD whose first reply was lost is a
silent duplicate, and a stopped server held a call for 58 s. So nothing is
retried here, and whoever calls decides what a failure means.
"""

from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

UNAVAILABLE = (RedisError, OSError, TimeoutError)
"""What a Redis that cannot answer raises."""


Client: TypeAlias = Any
"""A redis.asyncio client. Its own stubs answer every command with a union of all that any protocol
and decoding could give, which says nothing; here replies are bytes, and typed where they are decoded."""


def connect(url: str, *, deadline: float, name: str, max_connections: int = 50) -> Client:
    """Return a client that connects on first use.

    `deadline` is the longest wait for a connection and for a reply, in
    seconds; `name` is shown by CLIENT LIST.
    """
    return Redis.from_url(
        url,
        socket_timeout=deadline,
        socket_connect_timeout=deadline,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
        client_name=f"groundswell-{name}",
        max_connections=max_connections,
    )
