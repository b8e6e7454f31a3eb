"""Items of a JSON Feed (version 1 and 1.1)."""

from collections.abc import Iterator
from typing import Any

from services.desk.follow.entry import Raw, Unfit
from services.desk.follow.plain_text import from_html, plain


def read(item: Any) -> Raw:
    """Return what an item says. Raises Unfit that names a field of a wrong type."""
    if not isinstance(item, dict):
        raise Unfit("an item is a JSON object")
    guid = item.get("id")
    # Version 1 let an id be a number.
    named = str(guid) if isinstance(guid, int) and not isinstance(guid, bool) else _text(item, "id")
    link = _text(item, "url") or (named if named.startswith(("http://", "https://")) else "")
    return Raw(
        link=link,
        guids=[named],
        title=plain(_text(item, "title")),
        summary=plain(_text(item, "summary") or _text(item, "content_text"))
        or from_html(_text(item, "content_html")),
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        image=_text(item, "image") or _text(item, "banner_image"),
        tags=[plain(tag) for tag in _texts(item, "tags")],
        authors=[plain(name) for name in _authors(item)],
    )


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(f"{name}: it is text, not {type(value).__name__}")
    return value


def _texts(item: dict[str, Any], name: str) -> list[str]:
    values = item.get(name) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Unfit(f"{name}: it is a list of texts")
    return values


def _authors(item: dict[str, Any]) -> Iterator[str]:
    authors = item.get("authors") or ([item["author"]] if item.get("author") else [])
    if not isinstance(authors, list) or not all(isinstance(author, dict) for author in authors):
        raise Unfit("authors: it is a list of objects")
    for author in authors:
        yield _text(author, "name")
