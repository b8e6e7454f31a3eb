"""From bodies and queries to overrides: what the newsroom may set, and how the rest is refused."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import Field, TypeAdapter, ValidationError

from services.desk.reading import Asked, known_site, missing, read_asked
from shared.article import ArticleId, Line, Moment, Name
from shared.article_id import BadArticleId, normalise_id
from shared.fault import fault_of
from shared.hours import DAY
from shared.http import Request
from shared.override import FIELDS, LONGEST, Action, Factor, Override, Position
from shared.problem import Kind, Problem

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_LINE: TypeAdapter[str] = TypeAdapter(Line)


class OverrideRequest(Asked):
    """What is set above the ranking of one article."""

    id: ArticleId
    action: Action
    position: Position | None = Field(
        None, description="Of a pin its rank on trending, of a sponsor its place in the answer."
    )
    factor: Factor | None = Field(None, description="Of a boost: what the article's weights are worth more.")
    label: Name | None = Field(None, description="Of a sponsor: what is written beside it.")
    until: Moment = Field(description=f"When it ends by itself: at most {LONGEST // DAY} days from now.")
    by: Name
    reason: Line


class Lifting(NamedTuple):
    """Whose override is to be taken away, by whom and why."""

    site: str
    article_id: str
    by: str
    reason: str


def read_override(body: bytes, sites: Collection[str], now: float) -> tuple[OverrideRequest, Override]:
    """Return what a body asks for, and the override it makes at a moment in Unix seconds.

    Raises Problem naming the field that is wrong.
    """
    asked = read_asked(OverrideRequest, body, sites)
    for field in ("position", "factor", "label"):
        wanted, given = field in FIELDS[asked.action], getattr(asked, field) is not None
        if wanted and not given:
            raise _wrong(field, f"a {asked.action} has one")
        if given and not wanted:
            raise _wrong(field, f"a {asked.action} has none")
    until = asked.until.timestamp()
    if until <= now:
        raise _wrong("until", f"it must lie in the future, and now is {_utc(now)}")
    if until > now + LONGEST:
        raise _wrong("until", f"at most {LONGEST // DAY} days ahead, and now is {_utc(now)}")
    return asked, Override(
        action=asked.action,
        position=asked.position,
        factor=asked.factor,
        label=asked.label,
        since=round(now, 3),
        until=until,
        by=asked.by,
        reason=asked.reason,
    )


def read_lifting(request: Request, sites: Collection[str]) -> Lifting:
    """Return the override a query wants taken away. Raises Problem naming the parameter that is wrong."""
    given = request.parameters(("site", "id", "by", "reason"))
    for name in ("site", "id", "by"):
        if name not in given:
            raise missing(name)
    site = known_site(given["site"], sites)
    try:
        article_id = normalise_id(given["id"])
    except BadArticleId as error:
        raise Problem(Kind.BAD_ARTICLE_ID, f"id: {error}", field="id") from None
    reason = _said(_LINE, "reason", given["reason"]) if "reason" in given else ""
    return Lifting(site, article_id, _said(_NAME, "by", given["by"]), reason)


def _said(kind: TypeAdapter[str], name: str, text: str) -> str:
    try:
        return kind.validate_python(text)
    except ValidationError as error:
        raise Problem(Kind.BAD_PARAMETER, f"{name}: {fault_of(error).says}", field=name) from None


def _wrong(field: str, detail: str) -> Problem:
    return Problem(Kind.BAD_SHAPE, f"{field}: {detail}", field=field)


def _utc(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
