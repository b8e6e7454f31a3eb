"""The token of an article: what a CMS prints into its tag, so that nobody else can name an article.

    token = base64url(first 18 bytes of HMAC-SHA256(secret, site NUL id))

Neither a site's name nor an article id holds NUL, so no two pairs are written
alike. HMAC is RFC 2104's; 144 bits of it are left, beyond any guessing, and
make 24 characters without padding. docs/tokens.md has the same function in
PHP, Python and JavaScript, and tests/integration/test_token_snippets.py holds
them together.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import lru_cache

_BYTES = 18
_REMEMBERED = 512
"""Bytes of site and id up to which a token is remembered: strangers could fill memory with longer ones."""


def token_of(secret: str, site: str, article_id: str) -> str:
    """Return the token of an article, 24 characters of A-Z a-z 0-9 - and _."""
    return _token(secret, f"{site}\0{article_id}".encode()).decode()


def is_token(given: str, secrets: Iterable[str], site: str, article_id: str) -> bool:
    """Return whether `given` is the article's token under one of the secrets."""
    offered, named = given.encode(), f"{site}\0{article_id}".encode()
    make = _token if len(named) <= _REMEMBERED else _token.__wrapped__
    right = False
    # Every secret is tried, so that the time says nothing about which one came close.
    for secret in secrets:
        right |= hmac.compare_digest(offered, make(secret, named))
    return right


# A few articles have most of the views, and a look-up takes a tenth of the time.
@lru_cache(maxsize=16_384)
def _token(secret: str, named: bytes) -> bytes:
    return urlsafe_b64encode(hmac.digest(secret.encode(), named, "sha256")[:_BYTES])
