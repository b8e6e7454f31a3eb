"""Connections to Redis, with the time-outs and retries set by us.

redis-py retries by default; a retried XADD whose first reply was lost is a
silent duplicate, and a stopped server held a call for 58 s. So nothing is
retried here, and whoever calls decides what a failure means.
"""

from time import monotonic
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNAVAILABLE = (RedisError, OSError, TimeoutError)
"""What a Redis that cannot answer raises."""


Client: TypeAlias = Any
"""A redis.asyncio client. Its own stubs answer every command with a union of all that any protocol
and decoding could give, which says nothing; here replies are bytes, and typed where they are decoded."""


class _Resting(Retry):
    """Tries once; after a failure of the connection nothing is tried for a while, and fails at once.

    An answer made of several reads waits for one of them at most, and so do
    those that queue for their turn.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(NoBackoff(), 0)
        self._seconds = seconds
        self._until = 0.0

    def __deepcopy__(self, memo: object) -> "_Resting":
        # redis-py copies it for each connection; what one of them finds out holds for all.
        return self

    async def call_with_retry(self, *args: Any, **kwargs: Any) -> Any:
        if monotonic() < self._until:
            raise RedisConnectionError("Redis did not answer a moment ago")
        try:
            return await super().call_with_retry(*args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError):
            self._until = monotonic() + self._seconds
            raise


def connect(url: str, *, deadline: float, name: str, max_connections: int = 50, rest: float = 0.0) -> Client:
    """Return a client that connects on first use.

    `deadline` is the longest wait for a connection and for a reply, in
    seconds; `name` is shown by CLIENT LIST. For `rest` seconds after a
    failure of the connection every command fails without being sent.
    """
    return Redis.from_url(
        url,
        socket_timeout=deadline,
        socket_connect_timeout=deadline,
        retry=_Resting(rest),
        health_check_interval=0,
        client_name=f"groundswell-{name}",
        max_connections=max_connections,
    )
