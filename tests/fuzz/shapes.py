"""What each address takes when nothing is wrong with it: where a stranger begins."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SITES = ("news.example", "news.example", "news.example", "strict.example")
"""The last one asks for tokens and goes by query keys."""

ARTICLES = tuple(f"/2026/02/story-{n}" for n in range(20))
"""Few, so that what is known of articles stops growing."""


class Takes(NamedTuple):
    """A request that one application understands."""

    app: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    """The names of the parameters it knows."""
    body: str = ""
    """The name of the shape of its body; empty without one."""
    many: bool = False
    """Whether it takes a list of them, or a line each."""


_QUESTION = (
    *("site", "list", "window", "section", "tag", "author", "published_within", "min_views", "exclude"),
    *("diversity", "limit"),
)

ADDRESSES: tuple[Takes, ...] = (
    # Bodies more often than questions.
    *(Takes("web", "POST", "/v1/views", (), "view"),) * 20,
    *(Takes("web", "POST", "/v1/views/batch", (), "reading", many=True),) * 16,
    *(Takes("web", "GET", "/v1/view.gif", ("site", "article", "url", "via", "token")),) * 2,
    Takes("web", "GET", "/beacon.v1.js"),
    *(Takes("web", "GET", "/v1/counts", ("site", "ids")),) * 2,
    *(Takes("web", "GET", "/v1/trending", (*_QUESTION, "at", "explain")),) * 3,
    Takes("web", "GET", "/v1/trending/live", _QUESTION),
    Takes("web", "GET", "/v1/trending.rss", _QUESTION),
    Takes("web", "GET", "/v1/trending.json-feed", _QUESTION),
    Takes("web", "GET", "/v1/article", ("site", "id", "from", "to")),
    Takes("web", "GET", "/v1/article/history", ("site", "id", "list", "window", "from", "to")),
    Takes("web", "GET", "/v1/traffic", ("site", "from", "to")),
    Takes("web", "GET", "/v1/board", (*_QUESTION, "at")),
    Takes("web", "GET", "/embed/trending", (*_QUESTION, "script", "layout", "show", "target", "via", "lang")),
    Takes("web", "GET", "/demo/", ("site",)),
    Takes("web", "GET", "/demo/article", ("site", "id")),
    *(Takes("web", "GET", path) for path in ("/board", "/docs", "/openapi.json", "/widget.v1.js", "/")),
    *(Takes("desk", "PUT", "/v1/article", (), "article"),) * 8,
    *(Takes("desk", "POST", "/v1/articles", ("site",), "article", many=True),) * 6,
    Takes("desk", "GET", "/v1/article", ("site", "id", "url")),
    Takes("desk", "DELETE", "/v1/article", ("site", "id")),
    *(Takes("desk", "POST", "/v1/article/merge", (), "merge"),) * 3,
    *(Takes("desk", "PUT", "/v1/override", (), "override"),) * 6,
    Takes("desk", "DELETE", "/v1/override", ("site", "id", "by", "reason")),
    Takes("desk", "GET", "/v1/overrides", ("site",)),
    *(Takes("desk", "POST", "/v1/article/correct", (), "correction"),) * 6,
    *(Takes("desk", "GET", path) for path in ("/openapi.json", "/")),
    *(Takes("management", "GET", path) for path in ("/livez", "/readyz", "/metrics")),
)


def good(name: str, site: str, article: str, now: float) -> Mapping[str, object]:
    """Return a body of a shape that is right at a moment in Unix seconds."""
    hour = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    shapes: dict[str, Mapping[str, object]] = {
        "view": {"site": site, "article": article, "event_id": "e-1", "via": "list"},
        "reading": {
            "site": site,
            "url": f"https://{site}{article}?utm_source=x",
            "visitor": "reader-7",
            "event_id": "e-2",
            "occurred_at": hour.isoformat(),
        },
        "article": {
            "site": site,
            "id": article,
            "url": f"https://{site}{article}",
            "title": "A title",
            "summary": "What it says.",
            "image_url": f"https://{site}/a.jpg",
            "section": "World",
            "tags": ["World News"],
            "authors": ["A. Writer"],
            "published_at": "2026-02-21T17:09:00Z",
            "aliases": [f"alias-of{article}"],
        },
        "merge": {"site": site, "from": article, "into": ARTICLES[0]},
        "override": {
            "site": site,
            "id": article,
            "action": "pin",
            "position": 1,
            "until": (hour + timedelta(hours=3)).isoformat(),
            "by": "A. Editor",
            "reason": "The story of the day",
        },
        "correction": {
            "site": site,
            "id": article,
            "from": (hour - timedelta(hours=1)).isoformat(),
            "to": (hour + timedelta(hours=1)).isoformat(),
            "keep": 3,
            "by": "A. Editor",
            "reason": "A botnet",
        },
    }
    return shapes[name]


def asked(site: str, article: str, now: float) -> Mapping[str, str]:
    """Return a right value for every query parameter."""
    day = datetime.fromtimestamp(now, UTC)
    return {
        **{"site": site, "article": article, "url": f"https://{site}{article}", "via": "list", "token": "t"},
        **{"ids": f"{article},{ARTICLES[1]}", "id": article, "list": "trending", "window": "24h"},
        **{"section": "World", "tag": "World News", "author": "A. Writer", "published_within": "48h"},
        **{"min_views": "1", "exclude": ARTICLES[2], "diversity": "section:2", "limit": "5"},
        **{"script": "off", "layout": "list", "show": "rank views", "target": "_top", "lang": "en"},
        **{"at": f"{day:%Y-%m-%dT%H:00:00Z}", "explain": "1", "by": "A. Editor", "reason": "Over"},
        **{"from": f"{day - timedelta(days=1):%Y-%m-%d}", "to": f"{day:%Y-%m-%dT%H:%M:%SZ}"},
    }
