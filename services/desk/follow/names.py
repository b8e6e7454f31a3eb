"""The ids of a feed's entry that are worth keeping as aliases."""

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from shared.article_id import BadArticleId, id_from_url, normalise_id

_PLAIN = re.compile(r"[!-~]{1,200}")
"""Visible ASCII, which is what a CMS calls its articles."""
_LONGEST = 190


def names_of(guids: Iterable[str], hosts: Collection[str], query_keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the article ids that the ids of an entry make; one that would mean nothing here is left out."""
    for guid in guids:
        if guid.startswith(("http://", "https://")):
            yield from _of_address(guid, hosts, query_keys)
        elif _PLAIN.fullmatch(guid):
            name = normalise_id(guid)
            # A longer one ends in a hash, which nobody writes into a tag.
            if len(name) <= _LONGEST and name != "/":
                yield name


def post_names(post_id: str) -> tuple[str, str]:
    """Return what a post of WordPress is called beside its address: its number, and `/?p=` with it."""
    return post_id, id_from_url(f"/?p={post_id}", ("p",))


def _of_address(guid: str, hosts: Collection[str], query_keys: tuple[str, ...]) -> Iterator[str]:
    try:
        parts = urlsplit(guid)
        if parts.hostname not in hosts:
            return
        post = parse_qs(parts.query).get("p", [""])[0]
        if post.isascii() and post.isdigit():
            yield from post_names(post)
            return
        name = id_from_url(guid, query_keys)
    except (ValueError, BadArticleId):
        return
    # Without its query it may be the front page, which is no article.
    if name != "/":
        yield name
