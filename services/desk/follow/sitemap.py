"""Addresses of a news sitemap."""

from collections.abc import Iterator

from services.desk.follow.entry import Raw
from services.desk.follow.plain_text import plain
from services.desk.follow.xml import Element, text_of

NAMESPACES = ("{http://www.sitemaps.org/schemas/sitemap/0.9}", "")
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"


def addresses(root: Element) -> Iterator[Element]:
    """Yield the addresses of a document."""
    yield from root.iter(*(f"{namespace}url" for namespace in NAMESPACES))


def read(address: Element) -> Raw:
    """Return what is said of an address; one that is no news has no title."""
    raw = Raw(
        link=text_of(address, *(f"{namespace}loc" for namespace in NAMESPACES)),
        updated=text_of(address, *(f"{namespace}lastmod" for namespace in NAMESPACES)),
    )
    for news in address.iterchildren(f"{_NEWS}news"):
        raw.title = plain(text_of(news, f"{_NEWS}title"))
        raw.published = text_of(news, f"{_NEWS}publication_date")
        raw.tags = [plain(word) for word in text_of(news, f"{_NEWS}keywords").split(",")]
    for image in address.iterchildren(f"{_IMAGE}image"):
        raw.image = raw.image or text_of(image, f"{_IMAGE}loc")
    return raw
