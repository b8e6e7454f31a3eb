"""What the query service answers, as /openapi.json and /docs tell it: one entry for each route."""

from typing import Any

from services.query import article, counting, trending
from services.query.kinds import DEFAULT_KIND, EVERY_WINDOW, KINDS
from services.query.models import ArticleAnswer, CountsAnswer, TrendingAnswer
from services.query.parameters import DEFAULT_LIMIT, MAX_IDS, MAX_LIMIT
from shared.openapi import Operation, Parameter
from shared.problem import Kind

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 100}
_MOMENT: dict[str, Any] = {"type": "string", "examples": ["2026-02-21", "2026-02-21T15:00:00Z"]}
_ASKED = (Kind.UNKNOWN_PARAMETER, Kind.BAD_PARAMETER, Kind.UNKNOWN_SITE)
_CLOSED = (Kind.KEY_NOT_CONFIGURED, Kind.WRONG_KEY)
_HTML = "text/html"


def _parameters(names: tuple[str, ...], required: tuple[str, ...]) -> tuple[Parameter, ...]:
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
    "list": ("Which list.", {"enum": list(KINDS), "default": DEFAULT_KIND.name}),
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
    "exclude": (
        f"Ids or aliases that are not wanted, at most {MAX_IDS}, written as in `/v1/counts`.",
        {"type": "string"},
    ),
    "limit": (
        "How many articles at most.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    "id": ("The id of the article, or an alias of it.", {"type": "string", "minLength": 1}),
    "from": ("Where the range begins, a date or a moment; 24 hours before `to` if not given.", _MOMENT),
    "to": ("Where the range ends, a date or a moment that is not part of it; now if not given.", _MOMENT),
}

COUNTS = Operation(
    "get",
    "/v1/counts",
    "How often articles were read",
    "Unknown articles have 0 views. Aliases have the views of their article.",
    _parameters(counting.PARAMETERS, required=("site", "ids")),
    response=CountsAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, Kind.UNAVAILABLE),
    example='curl "$URL/v1/counts?site=news.example&ids=2026/02/21/advisers-leave,never-read"',
    conditional=True,
)
TRENDING = Operation(
    "get",
    "/v1/trending",
    "What is read now, or was read most",
    "Filters act on the whole list, and rank and movement on what passes them. A list that is too short is "
    'filled with the newest articles that pass, marked `"source": "latest"`.',
    _parameters(trending.PARAMETERS, required=("site",)),
    response=TrendingAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, Kind.UNAVAILABLE),
    example='curl "$URL/v1/trending?site=news.example&tag=World%20News&limit=5"',
    conditional=True,
)
ARTICLE = Operation(
    "get",
    "/v1/article",
    "One article: views, reader-days, hours, weights, ranks",
    "A range of up to 8 days is told by hour, a longer one of up to 400 days by UTC day, and so is one "
    "whose hours are kept no more. It is rounded outwards to whole hours or days; `from` and `to` say "
    "to which.",
    _parameters(article.PARAMETERS, required=("site", "id")),
    response=ArticleAnswer,
    problems=(*_ASKED, Kind.BAD_ARTICLE_ID, *_CLOSED, Kind.UNAVAILABLE),
    key="newsroom",
    example='curl -H "Authorization: Bearer $KEY" \\\n'
    '  "$URL/v1/article?site=news.example&id=2026/02/21/advisers-leave&from=2026-02-21&to=2026-02-22"',
    conditional=True,
)
OPENAPI = Operation(
    "get",
    "/openapi.json",
    "This interface as an OpenAPI 3.1 document",
    response="application/json",
    example='curl "$URL/openapi.json"',
    conditional=True,
)
DOCS = Operation(
    "get", "/docs", "This interface as a page", response=_HTML, example='curl "$URL/docs"', conditional=True
)
ROOT = Operation(
    "get", "/", "Leads to the demo, or to /docs without it", status=307, example='curl -L "$URL/"'
)
ENTRANCE = Operation("get", "/demo", "Leads to /demo/", status=307, example='curl -L "$URL/demo"')
FRONT = Operation(
    "get",
    "/demo/",
    "The demo: a front page",
    "The cards of the newest articles, and the lists beside them.",
    _parameters(("site",), required=()),
    response=_HTML,
    problems=(*_ASKED, Kind.UNAVAILABLE),
    example='curl "$URL/demo/"',
    conditional=True,
)
STORY = Operation(
    "get",
    "/demo/article",
    "The demo: an article",
    "Headline, author, time and count, and the lists beside them.",
    _parameters(("site", "id"), required=("id",)),
    response=_HTML,
    problems=(*_ASKED, Kind.BAD_ARTICLE_ID, Kind.UNKNOWN_ARTICLE, Kind.UNAVAILABLE),
    example='curl "$URL/demo/article?id=2026/02/21/advisers-leave"',
    conditional=True,
)

ALWAYS = (COUNTS, TRENDING, ARTICLE, OPENAPI, DOCS, ROOT)
DEMO = (ENTRANCE, FRONT, STORY)
"""What is answered unless `demo_pages` is off."""
