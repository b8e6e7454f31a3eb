"""What a heartbeat is: a view of a site that nobody has, which only this installation can send.

A view of it goes the whole way of a reader's, so that the way is proved. The
name ends in .invalid, which no host's can (RFC 2606). The site is among no
settings, so no list, page, report or command knows it.
"""

import secrets

from shared import keys
from shared.connection import Client
from shared.token import token_of

SITE = "heartbeat.invalid"
ARTICLE = "beat"

_FIELD = "heartbeat"
_BYTES = 24


async def secret(redis: Client) -> str:
    """Return what proves a heartbeat, the same for every process; the first to ask makes it.

    Raises what redis-py raises.
    """
    await redis.hsetnx(keys.META, _FIELD, secrets.token_urlsafe(_BYTES))
    kept: bytes = await redis.hget(keys.META, _FIELD)
    return kept.decode()


def token(known: str) -> str:
    """Return the token that a heartbeat carries, made of the secret."""
    return token_of(known, SITE, ARTICLE)
