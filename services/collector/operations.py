"""What the collector answers, for the document of the public interface: one entry for each route."""

from pydantic import BaseModel, ConfigDict, Field

from services.collector.readings import BatchReading, Reading
from shared.openapi import Operation, Parameter
from shared.problem import Kind


class RefusedView(BaseModel):
    """A view of a batch that was not taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: int = Field(description="Its place in the batch, from 0.")
    reason: str = Field(description="The stable name of the problem.")
    detail: str
    field: str | None = Field(None, description="The field at fault; absent when it is the whole view.")


class BatchAnswer(BaseModel):
    """What became of the views of a batch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    accepted: int
    dropped: int
    errors: list[RefusedView]


_OUTCOME = (
    "202 is answered once the view is durable, or dropped: `x-groundswell-outcome` says which, and "
    "`x-groundswell-reason` why it does not count (foreign-origin, bot, prefetch, own-traffic, opt-out, "
    "no-token, wrong-token)."
)
_AWAY = (Kind.BACKLOG, Kind.SPOOL_FULL, Kind.UNAVAILABLE)
_WRONG = (Kind.BAD_SHAPE, Kind.UNKNOWN_SITE, Kind.BAD_ARTICLE_ID, Kind.TOO_MANY_REQUESTS, *_AWAY)
_BODY = (
    Kind.BODY_TOO_LARGE,
    Kind.UNSUPPORTED_CONTENT_TYPE,
    Kind.EMPTY_BODY,
    Kind.BAD_ENCODING,
    Kind.BAD_JSON,
)


def _parameter(name: str, description: str) -> Parameter:
    return Parameter(name, description, {"type": "string"}, required=name == "site")


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "post",
        "/v1/views",
        "One reading of an article",
        f"At most 8 KiB. The article is named by `article` or by the page's `url`. {_OUTCOME}",
        request=Reading,
        request_types=("text/plain", "application/json"),
        status=202,
        problems=(*_BODY, *_WRONG, Kind.UNKNOWN_FIELD),
        example='curl "$URL/v1/views" -A "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 '
        'Firefox/144.0" \\\n  -H "Content-Type: text/plain" \\\n'
        '  -d \'{"site": "news.example", "article": "2026/02/21/advisers-leave"}\'',
    ),
    Operation(
        "post",
        "/v1/views/batch",
        "Many readings, from a server",
        "A JSON array or NDJSON, at most 2 MiB or 10,000 views. Each may carry `visitor`, `occurred_at` "
        "(24 hours ago to 5 minutes ahead) and `event_id`, which counts once within 24 hours. Good views "
        "count, bad ones are listed. The server vouches for its readers: no bot is dropped here.",
        request={"type": "array", "maxItems": 10_000, "items": BatchReading.model_json_schema()},
        request_types=("application/json", "application/x-ndjson"),
        response=BatchAnswer,
        status=202,
        problems=(
            *_BODY,
            Kind.BAD_SHAPE,
            Kind.TOO_MANY_VIEWS,
            Kind.KEY_NOT_CONFIGURED,
            Kind.WRONG_KEY,
            *_AWAY,
        ),
        key="batch",
        example='curl "$URL/v1/views/batch" -H "Authorization: Bearer $KEY" '
        '-H "Content-Type: application/json" \\\n'
        '  -d \'[{"site": "news.example", "article": "/a", "visitor": "reader-7", "event_id": "e-1"}]\'',
    ),
    Operation(
        "get",
        "/v1/view.gif",
        "One reading, from a page without scripts",
        f"A transparent pixel. {_OUTCOME}",
        (
            _parameter("site", "The site, as it is configured."),
            _parameter("article", "The id of the article, or an alias of it."),
            _parameter("url", "The address of the page, instead of `article`."),
            _parameter("via", "What led the reader here."),
            _parameter("token", "The token of the article."),
        ),
        response="image/gif",
        problems=(*_WRONG, Kind.UNKNOWN_PARAMETER, Kind.BAD_PARAMETER),
        example='<img src="$URL/v1/view.gif?site=news.example&article=2026/02/21/advisers-leave" alt="">',
    ),
    Operation(
        "get",
        "/beacon.v1.js",
        "The snippet's script",
        "Posts one view when the page is first seen. Cached for an hour, so it carries no `integrity`. The "
        "same script is at `/beacon.v1.HASH.js`, which never changes.",
        response="text/javascript",
        example='curl --compressed "$URL/beacon.v1.js"',
        conditional=True,
    ),
)
