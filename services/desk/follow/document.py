"""A document becomes entries, whichever of the known formats it is in."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any, TypeAlias

from lxml import etree

from services.desk.follow import atom, json_feed, rss, sitemap
from services.desk.follow.entry import Entry, Place, Raw, Unfit, checked
from services.desk.follow.trouble import Unreadable
from services.desk.follow.xml import Element, Xml, read_xml

MOST = 5_000
"""Entries of one document; news of a minute are few, and what follows is old."""

Source: TypeAlias = tuple[Any, str | None]
"""What an entry is read from, and what is broken in it."""


@dataclass(slots=True)
class Document:
    """What was in it."""

    entries: list[Entry] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    """Of each entry that was left out, which one and why."""


def read_document(body: bytes, content_type: str, place: Place) -> Document:
    """Return the entries of a feed. Raises Unreadable when it is none."""
    head = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not head:
        raise Unreadable("it is empty")
    if head in (b"{", b"["):
        return collected("item", _json_items(body), json_feed.read, place)
    if head != b"<" and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"it is neither XML nor JSON{_called(content_type)}")
    return _read_xml(body, content_type, place)


def _read_xml(body: bytes, content_type: str, place: Place) -> Document:
    if body.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("it is an HTML page, not a feed")
    xml = read_xml(body, _charset(content_type))
    root = etree.QName(xml.root)
    name = root.localname.lower()
    if name in ("rss", "rdf"):
        return collected("item", _sources(xml, rss.items(xml.root)), rss.read, place)
    if name == "feed" and root.namespace == atom.NAMESPACE.strip("{}"):
        return collected("entry", _sources(xml, atom.entries(xml.root)), atom.read, place)
    if name == "urlset":
        return collected("url", _sources(xml, sitemap.addresses(xml.root)), sitemap.read, place)
    if name == "sitemapindex":
        raise Unreadable("it is an index of sitemaps; name the news sitemap itself")
    if name == "html":
        raise Unreadable("it is an HTML page, not a feed")
    raise Unreadable(f"it is XML whose root is {root.localname[:40]!r}, which is no feed")


def _sources(xml: Xml, found: Iterable[Element]) -> list[Source]:
    elements = list(islice(found, MOST + 1))
    if xml.faults and not elements:
        raise Unreadable(f"its XML is broken in line {xml.faults[0].line}: {xml.faults[0].message}"[:200])
    faults = (xml.fault_in(one, after) for one, after in zip_longest(elements, elements[1:]))
    told = (None if fault is None else fault.message for fault in faults)
    return list(zip(elements, told, strict=True))


def _json_items(body: bytes) -> list[Source]:
    try:
        whole = json.loads(body.decode("utf-8-sig"))
    except RecursionError:
        raise Unreadable("it is JSON nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"it is no JSON that can be read: {error}"[:200]) from None
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(items, list):
        raise Unreadable("it is JSON, but no JSON Feed: it has no list of items")
    return [(item, None) for item in items]


def collected(word: str, sources: list[Source], read: Callable[[Any], Raw], place: Place) -> Document:
    """Return the entries that `read` makes of sources, each called by `word` and its number."""
    found = Document()
    for n, (source, fault) in enumerate(sources[:MOST], start=1):
        try:
            if fault is not None:
                raise Unfit(f"the XML is broken: {fault}"[:200])
            found.entries.append(checked(read(source), place))
        except Unfit as unfit:
            found.unfit.append(f"{word} {n}: {unfit}")
    if len(sources) > MOST:
        found.unfit.append(f"{word} {MOST + 1} and what follows: more than {MOST:,} are not read")
    return found


def _charset(content_type: str) -> str | None:
    _, _, charset = content_type.lower().partition("charset=")
    return charset.partition(";")[0].strip(" \"'") or None


def _called(content_type: str) -> str:
    return f", though it says that it is {content_type[:60]}" if content_type else ""
