"""Pictures of an entry: Media RSS, enclosures, and what podcasts write."""

from collections.abc import Iterator

from services.desk.follow.entry import Raw
from services.desk.follow.xml import Element

_MEDIA = "{http://search.yahoo.com/mrss/}"
_ITUNES_IMAGE = "{http://www.itunes.com/dtds/podcast-1.0.dtd}image"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def add_pictures(raw: Raw, entry: Element) -> None:
    """Add the first picture of an entry, and its thumbnail."""
    raw.image = next(_images(entry), "")
    raw.thumbnail = next((one.get("url", "") for one in entry.iter(f"{_MEDIA}thumbnail")), "")


def _images(entry: Element) -> Iterator[str]:
    for one in entry.iter(f"{_MEDIA}content"):
        kind = one.get("medium") or one.get("type") or "image"
        if kind.startswith("image") and one.get("url"):
            yield one.get("url", "")
    for one in entry.iter("enclosure", _ATOM_LINK):
        is_enclosure = one.tag == "enclosure" or one.get("rel") == "enclosure"
        if is_enclosure and one.get("type", "").startswith("image/"):
            yield one.get("url") or one.get("href") or ""
    for one in entry.iter(_ITUNES_IMAGE):
        yield one.get("href", "")
