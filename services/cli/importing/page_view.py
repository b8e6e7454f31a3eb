"""Which requests of a log are page views, and of which article.

A page view is a GET answered 200 or 304 whose path, without query, matches
what the import asks for and does not end in the extension of a static asset.
Admission is that of the collector without its rule on age: a log is old.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.cli.importing.log_line import LogLine
from services.cli.importing.skip import Skip
from services.collector.bots import is_bot
from shared.article_id import BadArticleId, id_from_url

_ASSETS = """
    css js mjs map wasm webmanifest
    apng avif bmp gif ico jpe jpeg jpg png svg svgz tif tiff webp eot otf ttf woff woff2
    aac avi flac flv m4a m4v mid mkv mov mp3 mp4 mpeg mpg oga ogg ogv opus swf wav webm wmv
    atom csv doc docx epub json log odp ods odt pdf ppt pptx ps rdf rss rtf txt xls xlsx xml yaml yml
    7z apk bin bz2 deb dmg exe gz iso jar msi rar rpm tar tbz tgz torrent xz zip
"""
ASSETS = frozenset(_ASSETS.split())
"""Extensions of static assets: styles and scripts, pictures and fonts, sound and film, documents and plain
data (feeds among them), archives and programs. Pages (html, xhtml, php) and source code are none."""

_EXTENSION = re.compile(r"\.([A-Za-z0-9]+)$")
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_LONE_BYTE = re.compile(r"[\udc80-\udcff]")


@dataclass(frozen=True)
class Rules:
    """What one import takes for a page view."""

    match: re.Pattern[str] | None = None
    """Looked for in the path from its beginning to its end; None takes every path."""
    drop_bots: bool = True
    query_keys: tuple[str, ...] = ()
    """Query parameters that name an article on this site."""
    resolve: Callable[[str], str] = str
    """Gives the article of an alias."""


def article_of(line: LogLine, rules: Rules) -> str | Skip:
    """Return the id of the article that was read, or the first reason why this is no page view."""
    if line.method != "GET":
        return Skip.NOT_GET
    if line.status not in (200, 304):
        return Skip.STATUS
    if _ABSOLUTE.match(line.target):
        address = line.target
    elif line.target.startswith("/"):
        address = f"http://site{line.target}"
    else:
        return Skip.BROKEN_REQUEST
    path = _path(address)
    if rules.match is not None and not rules.match.search(path):
        return Skip.NOT_MATCHED
    extension = _EXTENSION.search(path)
    if extension and extension[1].lower() in ASSETS:
        return Skip.ASSET
    try:
        article = id_from_url(_LONE_BYTE.sub(_percent, address), rules.query_keys)
    except BadArticleId:
        return Skip.BAD_ARTICLE_ID
    # A format without user agents says nothing about bots.
    if rules.drop_bots and line.agent is not None and is_bot(line.agent):
        return Skip.BOT
    return rules.resolve(article)


def _path(address: str) -> str:
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def _percent(byte: re.Match[str]) -> str:
    """Encode a byte that is no UTF-8, which a str carries as half a surrogate pair."""
    return f"%{ord(byte[0]) - 0xDC00:02X}"
