"""One post, as the REST API of WordPress tells it."""

from typing import Any

from services.desk.follow.entry import Raw, Unfit
from services.desk.follow.plain_text import from_html

FIELDS = "id,link,guid,title,excerpt,date,date_gmt,modified_gmt,_links,_embedded"
EMBEDDED = "author,wp:term,wp:featuredmedia"
"""What of a post is asked for, and what comes along with it."""

_NO_SECTION = "uncategorized"
"""The slug of the category of posts that nobody gave one."""
_SMALL = ("medium", "thumbnail")


def read(post: Any) -> Raw:
    """Return what a post says. Raises Unfit that names a field of a wrong type."""
    if not isinstance(post, dict):
        raise Unfit("a post is a JSON object")
    post_id = post.get("id")
    if type(post_id) is not int:
        raise Unfit("id: it is a number")
    categories, tags = _terms(post, "category"), _terms(post, "post_tag")
    raw = Raw(
        link=_text(post, "link"),
        title=from_html(_rendered(post, "title")),
        summary=from_html(_rendered(post, "excerpt")),
        published=_moment(post, "date_gmt") or _text(post, "date"),
        section=next(iter(categories), ""),
        tags=[*categories, *tags],
        authors=[from_html(_text(author, "name")) for author in _embedded(post, "author")],
    )
    # As it is in the feed of the same site, so that both give a post the same names.
    raw.guids = [f"{raw.link.partition('?')[0]}?p={post_id}"]
    for picture in _embedded(post, "wp:featuredmedia"):
        raw.image = raw.image or _text(picture, "source_url")
        raw.thumbnail = raw.thumbnail or _smaller(picture)
    return raw


def modified(post: Any) -> str:
    """Return when a post was last changed, in ISO 8601 of UTC; empty when it does not say."""
    try:
        return _moment(post, "modified_gmt") if isinstance(post, dict) else ""
    except Unfit:
        return ""


def _moment(post: dict[str, Any], name: str) -> str:
    text = _text(post, name)
    # WordPress writes it without a zone, and for a post without a date as a year 0.
    return f"{text}Z" if text and not text.startswith("0000") else ""


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(f"{name}: it is text, not {type(value).__name__}")
    return value


def _rendered(post: dict[str, Any], name: str) -> str:
    value = post.get(name)
    if not isinstance(value, dict):
        raise Unfit(f"{name}: it is an object with rendered text")
    return _text(value, "rendered")


def _embedded(post: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return what came along; an author or picture that may not be read came as an error instead."""
    embedded = post.get("_embedded")
    values = embedded.get(name) if isinstance(embedded, dict) else None
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _terms(post: dict[str, Any], taxonomy: str) -> list[str]:
    embedded = post.get("_embedded")
    groups = embedded.get("wp:term") if isinstance(embedded, dict) else None
    found = []
    for group in groups if isinstance(groups, list) else []:
        found += [term for term in group if isinstance(term, dict)] if isinstance(group, list) else []
    return [
        from_html(_text(term, "name"))
        for term in found
        if term.get("taxonomy") == taxonomy and term.get("slug") != _NO_SECTION
    ]


def _smaller(picture: dict[str, Any]) -> str:
    details = picture.get("media_details")
    sizes = details.get("sizes") if isinstance(details, dict) else None
    for name in _SMALL:
        size = sizes.get(name) if isinstance(sizes, dict) else None
        if isinstance(size, dict) and isinstance(size.get("source_url"), str):
            return str(size["source_url"])
    return ""
