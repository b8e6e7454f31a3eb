"""From bodies to articles: what the desk's endpoints take, and how they refuse the rest."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared import strict_json
from shared.article import Article, ArticleId
from shared.article_id import BadArticleId, id_from_url, normalise_id
from shared.fault import fault_of, refusal_of
from shared.http import Request
from shared.problem import Kind, Problem
from shared.settings import SiteSettings

JSON_TYPE = "application/json"
NDJSON_TYPES = ("application/x-ndjson", "application/ndjson")

MAX_ARTICLES = 10_000
MAX_BODY = 256 * 1024
MAX_BULK = 16 * 1024 * 1024
"""Bytes of one article, and of many."""


class PlacedArticle(Article):
    """An article and the site it belongs to."""

    site: str


class Bulk(BaseModel):
    """Articles that share a site; one that names a site of its own keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str | None = None
    articles: list[Any]


class Asked(BaseModel):
    """What is asked of one site."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str


A = TypeVar("A", bound=Asked)


class MergeRequest(Asked):
    """`from` becomes an alias of the article `into`."""

    from_id: ArticleId = Field(alias="from")
    into: ArticleId


async def body_of(request: Request, limit: int, *types: str) -> tuple[bytes, str]:
    """Return the body and its content type. Raises Problem for another type or more bytes than `limit`."""
    given = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower().decode("latin-1")
    if given not in types:
        raise Problem(Kind.UNSUPPORTED_CONTENT_TYPE, f"this endpoint takes {' or '.join(types)}")
    return await request.body(limit), given


def known_site(site: object, sites: Collection[str]) -> str:
    """Return the site. Raises Problem unless it is the name of one that is configured."""
    if not isinstance(site, str):
        raise Problem(Kind.BAD_SHAPE, "site: a name is text", field="site")
    if site not in sites:
        raise Problem(Kind.UNKNOWN_SITE, repr(site[:64]), field="site")
    return site


def place(item: object, sites: Collection[str], default: str | None = None) -> tuple[str, Article]:
    """Return site and article of one JSON value. Raises Problem naming the field that is wrong."""
    if not isinstance(item, dict):
        raise Problem(Kind.BAD_SHAPE, "an article is a JSON object")
    if "site" not in item and default is None:
        raise Problem(Kind.BAD_SHAPE, "site: no site is named", field="site")
    site = known_site(item.get("site", default), sites)
    try:
        return site, Article.model_validate({name: value for name, value in item.items() if name != "site"})
    except ValidationError as error:
        raise _refusal(error) from None


def try_place(
    item: object | Problem, sites: Collection[str], default: str | None
) -> tuple[str, Article] | Problem:
    """Return site and article of one item of a bulk, or why there is none."""
    if isinstance(item, Problem):
        return item
    try:
        return place(item, sites, default)
    except Problem as problem:
        # What pydantic found wrong leads back here, where the garbage collector does not see it: kept with
        # the answer it would keep the whole body, for good.
        problem.__context__ = None
        return problem.with_traceback(None)


def read_article(body: bytes, sites: Collection[str]) -> tuple[str, Article]:
    """Return site and article of a body. Raises Problem."""
    return place(strict_json.loads(body), sites)


def read_merge(body: bytes, sites: Collection[str]) -> MergeRequest:
    """Return what is to be merged. Raises Problem."""
    return read_asked(MergeRequest, body, sites)


def read_asked(model: type[A], body: bytes, sites: Collection[str]) -> A:
    """Return what a body asks of one site, in the shape of `model`. Raises Problem naming the wrong field."""
    try:
        wanted = model.model_validate(strict_json.loads(body))
    except ValidationError as error:
        raise _refusal(error) from None
    known_site(wanted.site, sites)
    return wanted


def read_bulk(body: bytes, content_type: str) -> tuple[str | None, list[object | Problem]]:
    """Return the site named for all, and the items; a line that is no JSON is a Problem in its place.

    Raises Problem for a body that is wrong as a whole.
    """
    if content_type in NDJSON_TYPES:
        site, items = None, _read_lines(body)
    else:
        site, items = _read_whole(strict_json.loads(body))
    if len(items) > MAX_ARTICLES:
        raise Problem(Kind.TOO_MANY_ARTICLES, f"{len(items)} articles")
    return site, items


def _read_whole(value: object) -> tuple[str | None, list[object | Problem]]:
    if isinstance(value, list):
        return None, value
    try:
        bulk = Bulk.model_validate(value)
    except ValidationError as error:
        raise _refusal(error) from None
    return bulk.site, bulk.articles


def _read_lines(body: bytes) -> list[object | Problem]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    if not lines:
        raise Problem(Kind.EMPTY_BODY)
    # One too many is enough to be refused: the rest need not be read.
    return [_read_line(line) for line in lines[: MAX_ARTICLES + 1]]


def _read_line(line: bytes) -> object | Problem:
    try:
        return strict_json.loads(line)
    except Problem as problem:
        return problem


def missing(name: str) -> Problem:
    """Return the refusal of a query without one of its parameters."""
    return Problem(Kind.BAD_PARAMETER, f"{name}: it must be given", field=name)


def site_and_id(request: Request, sites: Collection[str]) -> tuple[str, str]:
    """Return the query parameters `site` and `id`. Raises Problem."""
    given = request.parameters(("site", "id"))
    for name in ("site", "id"):
        if name not in given:
            raise missing(name)
    site = known_site(given["site"], sites)
    try:
        return site, normalise_id(given["id"])
    except BadArticleId as error:
        raise Problem(Kind.BAD_ARTICLE_ID, f"id: {error}", field="id") from None


def site_and_named(request: Request, sites: Mapping[str, SiteSettings]) -> tuple[str, str]:
    """Return `site` and the id named by `id` or, as the address of a page, by `url`. Raises Problem."""
    given = request.parameters(("site", "id", "url"))
    if "site" not in given:
        raise missing("site")
    site = known_site(given["site"], sites)
    if ("id" in given) == ("url" in given):
        raise Problem(Kind.BAD_PARAMETER, "id: either `id` or `url` is given", field="id")
    name = "id" if "id" in given else "url"
    try:
        if name == "id":
            return site, normalise_id(given["id"])
        return site, id_from_url(given["url"], sites[site].query_keys)
    except BadArticleId as error:
        raise Problem(Kind.BAD_ARTICLE_ID, f"{name}: {error}", field=name) from None


_ID_FIELDS = ("id", "aliases", "from", "into")


def _refusal(error: ValidationError) -> Problem:
    fault = fault_of(error)
    if fault.ours and fault.field.partition(".")[0] in _ID_FIELDS:
        return Problem(Kind.BAD_ARTICLE_ID, str(fault), field=fault.field)
    return refusal_of(error)
