"""The desk's endpoints, described for its /openapi.json."""

from dataclasses import replace

from services.desk.answers import BulkAnswer, Changed, MergeAnswer, StoredArticle
from services.desk.reading import MAX_ARTICLES, NDJSON_TYPES, MergeRequest, PlacedArticle
from shared.openapi import Operation, Parameter
from shared.problem import Kind

ALWAYS = (Kind.WRONG_KEY, Kind.KEY_NOT_CONFIGURED, Kind.UNAVAILABLE)
BODY = (
    Kind.BODY_TOO_LARGE,
    Kind.UNSUPPORTED_CONTENT_TYPE,
    Kind.EMPTY_BODY,
    Kind.BAD_ENCODING,
    Kind.BAD_JSON,
    Kind.BAD_SHAPE,
    Kind.UNKNOWN_FIELD,
    Kind.BAD_ARTICLE_ID,
    Kind.UNKNOWN_SITE,
)
QUERY = (Kind.BAD_PARAMETER, Kind.UNKNOWN_PARAMETER, Kind.BAD_ARTICLE_ID, Kind.UNKNOWN_SITE)
SITE = Parameter("site", "The site's name.", {"type": "string"}, required=True)
ID = Parameter("id", "The article's id, percent-encoded.", {"type": "string"}, required=True)
CURL = 'curl -H "authorization: Bearer $DESK_KEY"'
SENDS_JSON = f"{CURL} -H 'content-type: application/json'"

_ITEM = {**PlacedArticle.model_json_schema(), "required": ["id", "url", "title", "published_at"]}
_ITEMS = {"type": "array", "items": _ITEM, "maxItems": MAX_ARTICLES}
_BULK = {
    "description": "An array of articles, or one object; in NDJSON an article a line.",
    "oneOf": [
        _ITEMS,
        {
            "type": "object",
            "properties": {"site": {"type": "string"}, "articles": _ITEMS},
            "required": ["articles"],
            "additionalProperties": False,
        },
    ],
}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="get",
        path="/v1/article",
        summary="An article as it is stored",
        description="An alias answers with its article, and so does the address of its page.",
        parameters=(
            SITE,
            replace(ID, required=False),
            Parameter("url", "In place of `id`, the address of the article's page.", {"type": "string"}),
        ),
        response=StoredArticle,
        problems=(*ALWAYS, *QUERY, Kind.UNKNOWN_ARTICLE),
        key="desk",
        example=f'{CURL} "$URL/v1/article?site=news.example&id=cuban-advisers"',
    ),
    Operation(
        method="put",
        path="/v1/article",
        summary="Store an article",
        description=(
            "All of it is replaced, its aliases too; ids merged into it stay its aliases. The id its address "
            "makes becomes an alias as well, unless another article has it."
        ),
        request=PlacedArticle,
        response=Changed,
        problems=(*ALWAYS, *BODY, Kind.ALIAS_TAKEN),
        key="desk",
        example=(
            f"{SENDS_JSON} -X PUT $URL/v1/article -d '"
            '{"site": "news.example", "id": "cuban-advisers", '
            '"url": "https://news.example/2026/cuban-advisers", '
            '"title": "Cuban advisers leave Venezuela", "published_at": "2026-02-21T17:09:00Z"}\''
        ),
    ),
    Operation(
        method="delete",
        path="/v1/article",
        summary="Take an article out of the catalogue",
        description="Its aliases go with it; what was counted stays.",
        parameters=(SITE, ID),
        response=Changed,
        problems=(*ALWAYS, *QUERY, Kind.UNKNOWN_ARTICLE),
        key="desk",
        example=f'{CURL} -X DELETE "$URL/v1/article?site=news.example&id=cuban-advisers"',
    ),
    Operation(
        method="post",
        path="/v1/articles",
        summary="Store many articles",
        description=(
            f"At most {MAX_ARTICLES:,} articles and 16 MiB. Good ones are stored, bad ones listed by index. "
            "An article without a site of its own has that of the body or the query."
        ),
        parameters=(Parameter("site", "The site of articles that name none.", {"type": "string"}),),
        request=_BULK,
        request_types=("application/json", *NDJSON_TYPES),
        response=BulkAnswer,
        problems=(*ALWAYS, *BODY, Kind.BAD_PARAMETER, Kind.UNKNOWN_PARAMETER, Kind.TOO_MANY_ARTICLES),
        key="desk",
        example=(
            f"{CURL} -H 'content-type: application/x-ndjson' \"$URL/v1/articles?site=news.example\" "
            "--data-binary @articles.ndjson"
        ),
    ),
    Operation(
        method="post",
        path="/v1/article/merge",
        summary="Make two ids one",
        description=(
            "What was counted adds up under `into`; `from` leaves the catalogue and is an alias for good. "
            "Merging again moves nothing more."
        ),
        request=MergeRequest,
        response=MergeAnswer,
        problems=(*ALWAYS, *BODY, Kind.UNKNOWN_ARTICLE, Kind.MERGE_REFUSED),
        key="desk",
        example=(
            f"{SENDS_JSON} $URL/v1/article/merge "
            '-d \'{"site": "news.example", "from": "old-slug", "into": "cuban-advisers"}\''
        ),
    ),
)
