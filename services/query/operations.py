"""What the query service answers, as /openapi.json and /docs tell it: one entry for each route."""

from services.query import counting
from services.query.described import described
from services.query.feeds import json_feed, rss
from services.query.feeds import routes as feeds
from services.query.models import (
    ArticleAnswer,
    ArticleHistoryAnswer,
    BoardAnswer,
    CountsAnswer,
    TrafficAnswer,
    TrendingAnswer,
)
from services.query.newsroom import article, board_numbers, history, insight, traffic
from services.query.pages import embed
from services.query.ranked import live, question
from shared.listing import DEPTH
from shared.openapi import Operation
from shared.problem import Kind

_ASKED = (Kind.UNKNOWN_PARAMETER, Kind.BAD_PARAMETER, Kind.UNKNOWN_SITE)
_CLOSED = (Kind.KEY_NOT_CONFIGURED, Kind.WRONG_KEY)
_OFTEN = (Kind.TOO_MANY_REQUESTS, Kind.UNAVAILABLE)
"""What is asked too often, or cannot be told just now."""
_HTML = "text/html"

_STALE = "the last known answer is given, with the header `x-groundswell-stale: 1`"

COUNTS = Operation(
    "get",
    "/v1/counts",
    "How often articles were read",
    "Unknown articles have 0 views. Aliases have the views of their article. While the database is away "
    f"{_STALE}.",
    described(counting.PARAMETERS, required=("site", "ids")),
    response=CountsAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, *_OFTEN),
    example='curl "$URL/v1/counts?site=news.example&ids=2026/02/21/advisers-leave,never-read"',
    conditional=True,
)
TRENDING = Operation(
    "get",
    "/v1/trending",
    "What is read now, or was read most",
    f"Filters act on the whole list, its first {DEPTH} articles, and rank and movement on what passes them. "
    'A list that is too short is filled with the newest articles that pass, marked `"source": "latest"`. On '
    'trending a pinned article is marked `"source": "pinned"`, and a sponsored slot, which has no rank, '
    '`"source": "sponsored"`; its `label` is to be shown. '
    "`at` and `explain` ask for the newsroom's key. While the database is away "
    f"{_STALE}, and `meta.stale` is true.",
    described(insight.PARAMETERS, required=("site",)),
    response=TrendingAnswer,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, *_CLOSED, *_OFTEN),
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
    described(question.PARAMETERS, required=("site",)),
    response=live.CONTENT_TYPE,
    problems=(
        *(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID),
        *(Kind.TOO_MANY_LISTENERS, *_OFTEN),
    ),
    example='curl -N "$URL/v1/trending/live?site=news.example&limit=5"',
)
FEEDS = tuple(
    Operation(
        "get",
        path,
        f"The same list as {name}",
        "In the order of the list, not of publication. The title of a sponsored slot begins with its label.",
        described(question.PARAMETERS, required=("site",)),
        response=content_type.partition(";")[0],
        problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, *_OFTEN),
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
    "One article: its views by hour, and why it stands where it stands",
    "A range of up to 8 days is told by hour, a longer one of up to 400 days by UTC day, and so is one "
    "whose hours are kept no more. It is rounded outwards to whole hours or days; `from` and `to` say "
    "to which.",
    described(article.PARAMETERS, required=("site", "id")),
    response=ArticleAnswer,
    problems=(*_ASKED, Kind.BAD_ARTICLE_ID, *_CLOSED, Kind.UNAVAILABLE),
    key="newsroom",
    example='curl -H "Authorization: Bearer $KEY" \\\n'
    '  "$URL/v1/article?site=news.example&id=2026/02/21/advisers-leave&from=2026-02-21&to=2026-02-22"',
    conditional=True,
)
ARTICLE_HISTORY = Operation(
    "get",
    "/v1/article/history",
    "The ranks of one article over time",
    f"At most {history.MOST_POINTS} points of the last 7 days, as many seconds apart as `step` says: the "
    f"least of {', '.join(map(str, history.STEPS))} that makes no more of them. A point is what was so at "
    "its moment; what came and went between two points is not told.",
    described(history.PARAMETERS, required=("site", "id")),
    response=ArticleHistoryAnswer,
    problems=(*_ASKED, Kind.BAD_ARTICLE_ID, *_CLOSED, Kind.UNAVAILABLE),
    key="newsroom",
    example='curl -H "Authorization: Bearer $KEY" \\\n'
    '  "$URL/v1/article/history?site=news.example&id=2026/02/21/advisers-leave"',
    conditional=True,
)
TRAFFIC = Operation(
    "get",
    "/v1/traffic",
    "The views of the whole site by hour",
    "A range of up to 8 days, rounded outwards to whole hours. An hour is kept for 8 days after its last "
    "view; one that is kept no more has 0. A sum is at most a minute old, that of the running hour a few "
    "seconds.",
    described(traffic.PARAMETERS, required=("site",)),
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
    "what arrives, and what of it does not count and why; what the newsroom has decided; how following the "
    "feeds goes. With `at` list, hours and traffic are those of then. The ETag covers everything but `meta`.",
    described(board_numbers.PARAMETERS, required=("site",)),
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
    "for its numbers. What `/v1/board` is asked for stands in its query, and `wall` for a wall screen. It "
    "tells why each article stands where it stands, and goes back through the last 7 days.",
    response=_HTML,
    example='curl "$URL/board"',
)
EMBED = Operation(
    "get",
    "/embed/trending",
    "A list as a page for a frame",
    "The only page that may be framed. It tells the page around its height by `postMessage`: "
    '`{"groundswell": "height", "height": 420}`. With `script=off` it has no script and stays as it is.',
    described(embed.PARAMETERS, required=("site",)),
    response=_HTML,
    problems=(*_ASKED, Kind.TOO_MANY_IDS, Kind.BAD_ARTICLE_ID, *_OFTEN),
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
    described(("site",), required=()),
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
    described(("site", "id"), required=("id",)),
    response=_HTML,
    problems=(*_ASKED, Kind.BAD_ARTICLE_ID, Kind.UNKNOWN_ARTICLE, Kind.UNAVAILABLE),
    example='curl "$URL/demo/article?id=2026/02/21/advisers-leave"',
    conditional=True,
)

ALWAYS = (
    *(COUNTS, TRENDING, LIVE, *FEEDS, ARTICLE, ARTICLE_HISTORY, TRAFFIC, BOARD, BOARD_PAGE),
    *(EMBED, WIDGET, OPENAPI, DOCS, ICON, ROOT),
)
DEMO = (ENTRANCE, FRONT, STORY)
"""What is answered unless `demo_pages` is off."""
