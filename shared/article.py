"""One article of the catalogue, and its one encoding in Redis."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from shared.article_id import BadArticleId, id_from_url, normalise_id

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def _plain(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("text holds no control characters")
    return value


def _address(value: str) -> str:
    parts = urlsplit(_plain(value))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address begins with http:// or https://")
    return value


def _article_id(value: str) -> str:
    try:
        return normalise_id(value)
    except BadArticleId as error:
        raise ValueError(str(error)) from None


def _moment(value: object) -> object:
    # A bare number would be guessed to be seconds or milliseconds by its size.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError("a moment is written with its offset from UTC, such as 2026-02-21T17:09:00Z")


def _of_history(moment: datetime) -> datetime:
    # The first and the last year there can be are others in another time zone, or none at all.
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("a moment lies in the years 1000 to 8999")
    return moment


Address = Annotated[str, Field(max_length=2_000), AfterValidator(_address)]
ArticleId = Annotated[str, AfterValidator(_article_id)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_of_history)]
Word = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_plain)
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_plain)
]
"""Who did something, and why in one line: never blank."""


class Article(BaseModel):
    """What the newsroom says of an article. Ids and aliases are normalised as they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ArticleId
    url: Address
    title: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)]
    published_at: Moment
    summary: Annotated[str, Field(max_length=2_000), AfterValidator(_plain)] = ""
    image_url: Address | None = None
    thumbnail_url: Address | None = None
    section: Word | None = None
    tags: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    authors: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    aliases: Annotated[tuple[ArticleId, ...], Field(max_length=50)] = ()

    def every_alias(self, query_keys: tuple[str, ...] = ()) -> set[str]:
        """Return the other ids of this article: its aliases, and the one its address makes."""
        return {*self.aliases, id_from_url(self.url, query_keys)} - {self.id}

    def to_hash(self) -> dict[str, str]:
        """Return the fields of the hash `gs:article:SITE:ID`; a field without a value is left out."""
        dumped = self.model_dump(mode="json", exclude_none=True)
        return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in dumped.items()}

    @classmethod
    def from_hash(cls, fields: Mapping[bytes, bytes]) -> "Article":
        """Return the article of a hash; fields that are not the article's are left to whoever keeps them.

        Raises ValueError (pydantic.ValidationError among them) when it is not one.
        """
        text = {k.decode(): v.decode() for k, v in fields.items()}
        known = {name: text[name] for name in cls.model_fields if name in text}
        lists = {name: json.loads(text[name]) for name in ("tags", "authors", "aliases") if name in text}
        return cls.model_validate({**known, **lists})
