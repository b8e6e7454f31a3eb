"""Items of RSS 2.0, its elder relatives, and RSS 1.0."""

import re
from collections.abc import Iterator

from services.desk.follow.entry import Raw
from services.desk.follow.media import add_pictures
from services.desk.follow.plain_text import from_html
from services.desk.follow.xml import Element, children, text_of

_ONE = "{http://purl.org/rss/1.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_ORIGINAL = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_MAILBOX = re.compile(r"[^()@]{1,200}@[^()]{1,200}\((?P<name>[^()]{1,200})\)")


def items(root: Element) -> Iterator[Element]:
    """Yield the items of a document."""
    yield from root.iter("item", f"{_ONE}item")


def read(item: Element) -> Raw:
    """Return what an item says."""
    guid = text_of(item, "guid")
    raw = Raw(
        link=_link(item),
        guids=[guid or item.get(_ABOUT, "")],
        title=from_html(text_of(item, "title", f"{_ONE}title")),
        summary=from_html(text_of(item, "description", f"{_ONE}description", _CONTENT)),
        published=text_of(item, "pubDate", f"{_DC}date"),
        updated=text_of(item, f"{_ATOM}updated"),
        tags=[from_html("".join(one.itertext())) for one in children(item, "category", f"{_DC}subject")],
        authors=[from_html("".join(one.itertext())) for one in children(item, f"{_DC}creator")]
        or [_name(text_of(item, "author"))],
    )
    add_pictures(raw, item)
    return raw


def _link(item: Element) -> str:
    link = text_of(item, _ORIGINAL, "link", f"{_ONE}link")
    if link:
        return link
    for one in children(item, f"{_ATOM}link"):
        if one.get("rel", "alternate") == "alternate" and one.get("href"):
            return str(one.get("href"))
    for one in children(item, "guid"):
        guid = (one.text or "").strip()
        if one.get("isPermaLink") != "false" and guid.startswith(("http://", "https://")):
            return guid
    return ""


def _name(author: str) -> str:
    """Return the name of an author, who is written as a mail address with the name behind it."""
    mailbox = _MAILBOX.fullmatch(author)
    if mailbox:
        return from_html(mailbox["name"])
    return "" if "@" in author else from_html(author)
