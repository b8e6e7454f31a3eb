"""The one normaliser of article ids: for the tag, the feed, the import and the desk.

An article id is 1-200 characters of A-Z a-z 0-9 . _ ~ : / % @ + -. Any other
character is percent-encoded as UTF-8; what grows longer than 200 characters
becomes its first 167 characters, a `~`, and 32 hexadecimal digits of its hash.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

MAX_LENGTH = 200
MAX_INPUT = 4_096
"""Characters of raw input looked at; no page address of a news site is longer."""

_ALLOWED = "._~:/%@+-"
_CLEAN = re.compile(r"[A-Za-z0-9._~:/@+-]{1,200}")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_DIGEST_HEX = 32
_REMEMBERED = 512
"""Characters up to which an answer is remembered: strangers could fill memory with longer ones."""


class BadArticleId(ValueError):
    """What was given cannot name an article; the message says why."""


def normalise_id(raw: str) -> str:
    """Return the article id that `raw` stands for.

    Normalising twice changes nothing. Raises BadArticleId when it is empty,
    longer than 4,096 characters, or holds a control character or half a
    surrogate pair.
    """
    if _CLEAN.fullmatch(raw):
        return raw
    return _normalised(raw) if len(raw) <= _REMEMBERED else _normalised.__wrapped__(raw)


def id_from_url(url: str, query_keys: Collection[str] = ()) -> str:
    """Return the article id of a page address: its path, without fragment and trailing slash.

    Of the query only the site's `query_keys` stay, in the order of their
    names, so that `/?p=123` and `/?utm_source=x&p=123` are one article. The
    root stays `/`. Raises BadArticleId as normalise_id does, and for what is
    no http(s) address or path.
    """
    keys = query_keys if isinstance(query_keys, tuple) else tuple(query_keys)
    return _id_of(url, keys) if len(url) <= _REMEMBERED else _id_of.__wrapped__(url, keys)


@lru_cache(maxsize=16_384)
def _normalised(raw: str) -> str:
    return _shorten(_encode(_checked(raw)))


@lru_cache(maxsize=16_384)
def _id_of(url: str, query_keys: tuple[str, ...]) -> str:
    _checked(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise BadArticleId(f"not an address: {error}") from None
    if parts.scheme not in ("http", "https", "") or (parts.scheme and not parts.netloc):
        raise BadArticleId("an address begins with http:// or https://, or is a path")
    if not parts.netloc and not parts.path.startswith("/"):
        raise BadArticleId("a path begins with /")
    path = parts.path.rstrip("/") or "/"
    kept = sorted((k, v) for k, v in parse_qsl(parts.query) if k in query_keys)
    return _shorten(_encode(f"{path}?{urlencode(kept)}" if kept else path))


def _checked(raw: str) -> str:
    if not raw:
        raise BadArticleId("an article id is at least one character long")
    if len(raw) > MAX_INPUT:
        raise BadArticleId(f"an article id is at most {MAX_INPUT} characters before it is normalised")
    if any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in raw):
        raise BadArticleId("an article id holds no control characters")
    if any(0xD800 <= ord(c) < 0xE000 for c in raw):
        raise BadArticleId("an article id holds no half of a surrogate pair")
    return raw


def _encode(raw: str) -> str:
    """Percent-encode uniformly: one spelling for one id, whatever the browser or CMS sent."""
    whole = _LONE_PERCENT.sub("%25", raw)
    return quote(_ESCAPE.sub(_uniform_escape, whole), safe=_ALLOWED)


def _uniform_escape(match: re.Match[str]) -> str:
    """Return an escape in capitals, or the character itself where it needs no escape."""
    octet = unquote_to_bytes(match[0])
    plain = octet.decode("latin-1")
    if plain.isascii() and (plain.isalnum() or plain in "._~:@+-"):
        return plain
    return match[0].upper()


def _shorten(encoded: str) -> str:
    if len(encoded) <= MAX_LENGTH:
        return encoded
    digest = blake2b(encoded.encode("ascii"), digest_size=_DIGEST_HEX // 2).hexdigest()
    head = encoded[: MAX_LENGTH - _DIGEST_HEX - 1]
    # A cut may not leave half an escape behind: it would be encoded again the next time.
    head = re.sub(r"%[0-9A-F]?$", "", head)
    return f"{head}~{digest}"
