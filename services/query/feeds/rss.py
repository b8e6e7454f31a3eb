"""A ranked list as RSS 2.0. No title can break it: what XML 1.0 has no way to write is left out."""

import re
from collections.abc import Iterable
from email.utils import format_datetime
from html import escape
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from services.query.feeds.channel import Channel, entry_id, headline, topics
from services.query.models import RankedStory

CONTENT_TYPE = "application/rss+xml; charset=utf-8"

_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_MEDIA = "http://search.yahoo.com/mrss/"
for _prefix, _namespace in (("atom", _ATOM), ("dc", _DC), ("media", _MEDIA)):
    register_namespace(_prefix, _namespace)

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rss(channel: Channel, stories: Iterable[RankedStory]) -> bytes:
    """Return the feed as UTF-8."""
    root = Element("rss", version="2.0")
    told = SubElement(root, "channel")
    _put(told, "title", channel.title)
    _put(told, "link", channel.home)
    _put(told, "description", escape(channel.about, quote=False))
    _put(told, f"{{{_ATOM}}}link", href=channel.address, rel="self", type="application/rss+xml")
    for story in stories:
        _item(told, story)
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _item(told: Element, story: RankedStory) -> None:
    item = SubElement(told, "item")
    _put(item, "title", headline(story))
    _put(item, "link", story.url)
    _put(item, "guid", entry_id(story), isPermaLink="false")
    _put(item, "pubDate", format_datetime(story.published_at, usegmt=True))
    # Readers take a description for HTML, and a summary is plain text.
    _put(item, "description", escape(story.summary, quote=False))
    for author in story.authors:
        _put(item, f"{{{_DC}}}creator", author)
    for topic in topics(story):
        _put(item, "category", topic)
    picture = story.thumbnail_url or story.image_url
    if picture is not None:
        _put(item, f"{{{_MEDIA}}}thumbnail", url=picture)


def _put(parent: Element, name: str, text: str | None = None, **attributes: str) -> None:
    written = {key: _UNWRITABLE.sub("", value) for key, value in attributes.items()}
    SubElement(parent, name, written).text = None if text is None else _UNWRITABLE.sub("", text)
