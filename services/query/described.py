"""Every query parameter of the query service, as /openapi.json and /docs tell it."""

from typing import Any

from services.query.pages import embed
from services.query.parameters import DEFAULT_LIMIT, MAX_IDS, MAX_LIMIT
from services.query.ranked import diversity
from services.query.ranked.kinds import DEFAULT_KIND, EVERY_WINDOW, KINDS
from shared.openapi import Parameter

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 100}
_MOMENT: dict[str, Any] = {"type": "string", "examples": ["2026-02-21", "2026-02-21T15:00:00Z"]}


def described(names: tuple[str, ...], required: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Return the parameters of an operation."""
    return tuple(
        Parameter(name, description, schema, name in required)
        for name, (description, schema) in ((name, _PARAMETERS[name]) for name in names)
    )


_PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "site": ("The site, as it is configured.", {"type": "string", "pattern": "^[a-z0-9.-]{1,64}$"}),
    "ids": (
        f"Article ids or aliases, at most {MAX_IDS}, percent-encoded and separated by commas. A comma within "
        "an id is written as in the normalised id, `%2C`, and encoded like any other character: `%252C`.",
        {"type": "string", "minLength": 1},
    ),
    "list": (
        "Which list: by what views are worth now, by how far each article is ahead of its own past, or by "
        "the views of a window.",
        {"enum": list(KINDS), "default": DEFAULT_KIND.name},
    ),
    "window": (
        "The span of most-read: the running hour and the full hours before it, `today` in the time zone of "
        "the site, or `all` there ever was. No other list has one.",
        {"enum": list(EVERY_WINDOW), "default": KINDS["most-read"].default_window},
    ),
    "section": ("Only articles of this section.", _TEXT),
    "tag": ("Only articles with this tag.", _TEXT),
    "author": ("Only articles by this author.", _TEXT),
    "published_within": (
        "Only articles at most this old.",
        {"type": "string", "pattern": "^[0-9]+[smhd]?$", "examples": ["48h", "7d"]},
    ),
    "min_views": (
        "Only articles with so many views or more, of all time. A list that is too short for it is filled "
        "with the newest articles, however often they were read.",
        {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0},
    ),
    "exclude": (
        f"Ids or aliases that are not wanted, at most {MAX_IDS}, written as in `/v1/counts`.",
        {"type": "string"},
    ),
    "diversity": (
        f"At most so many articles of one section, tag or author, 1 to {diversity.MOST}, from the first "
        "place down. Several limits are separated by commas. An article with several tags or authors needs "
        "room for each.",
        {
            "type": "string",
            "pattern": diversity.PATTERN,
            "examples": ["section:2", "section:3,author:1"],
        },
    ),
    "limit": (
        "How many articles at most.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "script": (
        "`off` for a page without any script, which stays as it is.",
        {"enum": list(embed.SCRIPT), "default": "on"},
    ),
    "layout": ("One below the other, or side by side.", {"enum": list(embed.LAYOUT), "default": "list"}),
    "show": (
        f"What is shown of each article, separated by blanks: {', '.join(embed.SHOW)}.",
        {"type": "string", "default": "rank views movement"},
    ),
    "target": ("Where links open.", {"enum": list(embed.TARGET), "default": "_top"}),
    "via": (
        "A name that links carry as the fragment `#via=NAME`, which the snippet sends on with the view.",
        {"type": "string", "pattern": "^[A-Za-z0-9_.-]{0,40}$"},
    ),
    "lang": ("The language of the page.", {"type": "string", "default": "en", "examples": ["de", "pt-BR"]}),
    "id": ("The id of the article, or an alias of it.", {"type": "string", "minLength": 1}),
    "at": (
        "The list as it was at this moment of the last 7 days: the first hundred that were ranked then, "
        "with titles, filters and counts of now. For the newsroom alone.",
        _MOMENT,
    ),
    "explain": (
        "`1` for a `why` with each article: what its places are made of. For the newsroom alone.",
        {"enum": ["0", "1"], "default": "0"},
    ),
    "from": ("Where the range begins, a date or a moment; 24 hours before `to` if not given.", _MOMENT),
    "to": ("Where the range ends, a date or a moment that is not part of it; now if not given.", _MOMENT),
}
