"""From bodies to corrections, and what the desk answers about them."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.desk.correction.correct import Corrected, Correction
from services.desk.correction.plan import Amount
from services.desk.reading import Asked, read_asked
from shared.article import ArticleId, Line, Moment, Name
from shared.hours import DAY, HOUR
from shared.problem import Kind, Problem

LONGEST = 8 * DAY
"""Seconds one correction may reach over."""

MAX_VIEWS = 10**12

Views = Annotated[int, Field(ge=0, le=MAX_VIEWS, strict=True)]


class CorrectionRequest(Asked):
    """Which views to take out: all of the range, all but `keep`, or as many as `views`."""

    id: ArticleId
    from_: Moment = Field(alias="from", description="The first hour, such as 2026-02-21T17:00:00Z.")
    to: Moment = Field(description="The hour after the last one.")
    keep: Views | None = Field(None, description="Views that stay in the range.")
    views: Annotated[Views, Field(ge=1)] | None = Field(None, description="Views to take out.")
    by: Name
    reason: Line
    request: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = Field(
        None, description="A name of your own: the same request again takes nothing twice, for 8 days."
    )


class CorrectionAnswer(BaseModel):
    """What a correction did."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    site: str
    id: str
    from_: AwareDatetime = Field(serialization_alias="from")
    to: AwareDatetime
    request: str
    views: int = Field(description="Views that this request has taken out.")
    left: int = Field(description="Views left in the range.")
    repeated: bool = Field(description="Whether the request had been done before; then nothing happened now.")


def read_correction(body: bytes, sites: Collection[str]) -> Correction:
    """Return what a body asks to be taken out. Raises Problem naming the field that is wrong."""
    return correction_of(read_asked(CorrectionRequest, body, sites))


def correction_of(asked: CorrectionRequest) -> Correction:
    """Return what is asked to be taken out; without a request id it gets one of its own.

    Raises Problem naming the field when the range is none, or both `keep` and `views` are given.
    """
    start, end = _hour("from", asked.from_), _hour("to", asked.to)
    if start >= end:
        raise _wrong("from", "it must lie before `to`")
    if end - start > LONGEST:
        raise _wrong("from", f"at most {LONGEST // DAY} days before `to`")
    if asked.keep is not None and asked.views is not None:
        raise _wrong("views", "give `keep` or `views`, not both")
    return Correction(
        asked.site,
        asked.id,
        start,
        end,
        Amount(asked.keep or 0, asked.views),
        by=asked.by,
        reason=asked.reason,
        request=asked.request or uuid4().hex,
    )


def answer_of(wanted: Correction, done: Corrected) -> CorrectionAnswer:
    """Return what is answered about a correction."""
    return CorrectionAnswer(
        site=wanted.site,
        id=done.article_id,
        from_=datetime.fromtimestamp(wanted.start, UTC),
        to=datetime.fromtimestamp(wanted.end, UTC),
        request=wanted.request,
        views=done.views,
        left=done.left,
        repeated=done.repeated,
    )


def _hour(name: str, moment: datetime) -> int:
    seconds = moment.timestamp()
    if seconds % HOUR:
        raise _wrong(name, "a whole UTC hour, such as 2026-02-21T17:00:00Z")
    return int(seconds)


def _wrong(field: str, detail: str) -> Problem:
    return Problem(Kind.BAD_SHAPE, f"{field}: {detail}", field=field)
