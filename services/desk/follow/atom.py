"""Entries of Atom 1.0."""

from collections.abc import Iterator
from urllib.parse import urljoin

from services.desk.follow.entry import Raw
from services.desk.follow.media import add_pictures
from services.desk.follow.plain_text import from_html, plain
from services.desk.follow.xml import Element, children, text_of

NAMESPACE = "{http://www.w3.org/2005/Atom}"


def entries(root: Element) -> Iterator[Element]:
    """Yield the entries of a document."""
    yield from root.iter(f"{NAMESPACE}entry")


def read(entry: Element) -> Raw:
    """Return what an entry says."""
    raw = Raw(
        link=_link(entry),
        guids=[text_of(entry, f"{NAMESPACE}id")],
        title=_words(entry, "title"),
        summary=_words(entry, "summary") or _words(entry, "content"),
        published=text_of(entry, f"{NAMESPACE}published"),
        updated=text_of(entry, f"{NAMESPACE}updated"),
        tags=[plain(one.get("label") or one.get("term") or "") for one in _all(entry, "category")],
        authors=[plain(text_of(one, f"{NAMESPACE}name")) for one in _all(entry, "author")],
    )
    add_pictures(raw, entry)
    return raw


def _all(entry: Element, name: str) -> Iterator[Element]:
    return children(entry, f"{NAMESPACE}{name}")


def _link(entry: Element) -> str:
    for one in _all(entry, "link"):
        if one.get("rel", "alternate") == "alternate" and one.get("href"):
            return urljoin(one.base or "", str(one.get("href")))
    guid = text_of(entry, f"{NAMESPACE}id")
    return guid if guid.startswith(("http://", "https://")) else ""


def _words(entry: Element, name: str) -> str:
    """Return the text of an element that says itself whether it is plain, HTML, or XHTML."""
    for one in _all(entry, name):
        text = "".join(one.itertext())
        return from_html(text) if one.get("type") in ("html", "text/html") else plain(text)
    return ""
