"""What pages and servers send: the shapes of one reading, as they arrive."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from shared.fault import refusal_of
from shared.strict_json import loads


def _without_controls(value: str) -> str:
    if not value.isprintable() and any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in value):
        raise ValueError("text holds no control characters")
    return value


Label = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_controls)]
Raw = Annotated[str, Field(max_length=4_096)]
"""An id or address before the normaliser, which says itself what is wrong with it."""


class Reading(BaseModel):
    """One reading, as an article page posts it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    site: Annotated[str, Field(max_length=64)]
    article: Raw | None = None
    url: Raw | None = None
    event_id: Label | None = None
    via: Label | None = None
    token: Label | None = None

    @model_validator(mode="after")
    def _names_an_article(self) -> "Reading":
        if self.article is None and self.url is None:
            raise ValueError("a reading names its article by `article` or by `url`")
        return self


class BatchReading(Reading):
    """One reading of a batch, which may say who read and when."""

    visitor: Label | None = None
    # Strict would refuse the text that JSON has to use for a moment.
    occurred_at: Annotated[AwareDatetime, Field(strict=False)] | None = None


def read(model: type[Reading], value: object) -> Reading:
    """Return the reading of decoded JSON. Raises Problem that names the first field at fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise refusal_of(error) from None


def read_json(body: bytes) -> Reading:
    """Return the reading of a request's body. Raises Problem as loads() and read() do.

    Every view comes this way, so the usual body is read and validated in one
    step of pydantic, which does not see a name that is given twice. Where all
    is text without escapes, each pair has four quotation marks: as many as
    belong to the fields that were found means that there was no other.
    """
    try:
        reading = Reading.model_validate_json(body)
    except ValidationError:
        return read(Reading, loads(body))
    if b"\\" not in body and body.count(b'"') == 4 * len(reading.model_fields_set):
        return reading
    return read(Reading, loads(body))
