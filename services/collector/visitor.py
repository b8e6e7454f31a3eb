"""Who saw it: a keyed hash that turns over every day, never an address.

The salt of a UTC day is random, shared by the collectors through Redis and
dead after 48 hours; without it the hash of an address cannot be found again.
"""

from hashlib import blake2b


def visitor_hash(salt: bytes, site: str, address: str, user_agent: str) -> int:
    """Return the visitor of a reading, a 64-bit keyed hash. `salt` is 16-64 bytes of the view's UTC day."""
    return _hash(salt, site, address, user_agent)


def given_visitor_hash(salt: bytes, site: str, visitor: str) -> int:
    """Return the visitor of a batch view that names one of its own: opaque, and salted all the same."""
    return _hash(salt, site, visitor)


def event_hash(site: str, scope: bytes, event_id: str) -> int:
    """Return the identity of a client's event id, a 64-bit hash.

    `scope` is what the id is unique within beside the site: a visitor, or the
    digest of a batch key.
    """
    return _hash(b"", site, scope.hex(), event_id)


def _hash(key: bytes, *parts: str) -> int:
    # NUL cannot occur in any part, so no two different readings are written alike.
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return int.from_bytes(blake2b(text, digest_size=8, key=key).digest())
