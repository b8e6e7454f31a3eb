"""What the query service answers, as /openapi.json and /docs tell it: one entry for each route."""

from typing import Any

from services.query import article, counting, embed, feeds, json_feed, live, question, rss, traffic
from services.query.kinds import DEFAULT_KIND, EVERY_WINDOW, KINDS
from services.query.models import (
    ArticleAnswer,
    BoardAnswer,
    CountsAnswer,
    TrafficAnswer,
    TrendingAnswer,
)
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
    _parameters(question.PARAMETERS, required=("site",)),
    response=TrendingAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, Kind.UNAVAILABLE),
    example='curl "$URL/v1/trending?site=news.example&tag=World%20News&limit=5"',
    conditional=True,
)
LIVE = Operation(
    "get",
    "/v1/trending/live",
    "The same list, and again whenever it has changed, as server-sent events",
    "An event `list` carries the answer of `/v1/trending` and, as its id, the ETag of the data. The first "
    "comes at once, unless the header `Last-Event-ID` names the data there is. A comment every 15 seconds "
    "keeps the connection open. A client that does not read is dropped; nothing is queued for it.",
    _parameters(question.PARAMETERS, required=("site",)),
    response=live.CONTENT_TYPE,
    problems=(
        *(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID),
        *(Kind.TOO_MANY_LISTENERS, Kind.UNAVAILABLE),
    ),
    example='curl -N "$URL/v1/trending/live?site=news.example&limit=5"',
)
FEEDS = tuple(
    Operation(
        "get",
        path,
        f"The same list as {name}",
        "In the order of the list, not of publication.",
        _parameters(question.PARAMETERS, required=("site",)),
        response=content_type.partition(";")[0],
        problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, Kind.UNAVAILABLE),
        example=f'curl "$URL{path}?site=news.example&section=World"',
        conditional=True,
    )
    for path, name, content_type in (
        (feeds.RSS_PATH, "RSS 2.0", rss.CONTENT_TYPE),
        (feeds.JSON_PATH, "JSON Feed 1.1", json_feed.CONTENT_TYPE),
    )
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
TRAFFIC = Operation(
    "get",
    "/v1/traffic",
    "The views of the whole site by hour",
    "A range of up to 8 days, rounded outwards to whole hours. An hour is kept for 8 days after its last "
    "view; one that is kept no more has 0. A sum is at most a minute old, that of the running hour a few "
    "seconds.",
    _parameters(traffic.PARAMETERS, required=("site",)),
    response=TrafficAnswer,
    problems=(*_ASKED, *_CLOSED, Kind.UNAVAILABLE),
    key="newsroom",
    example='curl -H "Authorization: Bearer $KEY" "$URL/v1/traffic?site=news.example"',
    conditional=True,
)
BOARD = Operation(
    "get",
    "/v1/board",
    "Everything the newsroom's board shows",
    "The list that `/v1/trending` answers, each article with its views by hour; the traffic of the site; "
    "what arrives, and what of it does not count and why. The ETag covers everything but `meta`.",
    _parameters(question.PARAMETERS, required=("site",)),
    response=BoardAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, *_CLOSED, Kind.UNAVAILABLE),
    key="newsroom",
    example='curl -H "Authorization: Bearer $KEY" "$URL/v1/board?site=news.example&limit=20"',
    conditional=True,
)
BOARD_PAGE = Operation(
    "get",
    "/board",
    "The newsroom's board: what is read now, as a page to keep open",
    "The page holds no number and needs no key; it asks whoever opens it for the key of `/v1/board`, and "
    "for its numbers. What `/v1/board` is asked for stands in its query, and `wall` for a wall screen.",
    response=_HTML,
    example='curl "$URL/board"',
)
EMBED = Operation(
    "get",
    "/embed/trending",
    "A list as a page for a frame",
    "The only page that may be framed. It tells the page around its height by `postMessage`: "
    '`{"groundswell": "height", "height": 420}`. With `script=off` it has no script and stays as it is.',
    _parameters(embed.PARAMETERS, required=("site",)),
    response=_HTML,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, Kind.UNAVAILABLE),
    example='curl "$URL/embed/trending?site=news.example&limit=5&script=off"',
    conditional=True,
)
WIDGET = Operation(
    "get",
    "/widget.v1.js",
    "The elements <view-count> and <trending-list>",
    "Cached for an hour, so it carries no `integrity`. The same script is at `/widget.v1.HASH.js`, which "
    "never changes.",
    response="text/javascript",
    example='curl --compressed "$URL/widget.v1.js"',
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
ICON = Operation(
    "get",
    "/icon.svg",
    "The icon of these pages",
    response="image/svg+xml",
    example='curl "$URL/icon.svg"',
    conditional=True,
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

ALWAYS = (
    *(COUNTS, TRENDING, LIVE, *FEEDS, ARTICLE, TRAFFIC, BOARD, BOARD_PAGE),
    *(EMBED, WIDGET, OPENAPI, DOCS, ICON, ROOT),
)
DEMO = (ENTRANCE, FRONT, STORY)
"""What is answered unless `demo_pages` is off."""
