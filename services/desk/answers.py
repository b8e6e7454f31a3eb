"""The shapes of the desk's answers."""

from pydantic import BaseModel, ConfigDict, Field

from services.desk.reading import PlacedArticle
from shared.http import JSON, NO_STORE, Response


def answer(model: BaseModel) -> Response:
    """Return an answer that no cache keeps; what is None is left out of it."""
    return Response(200, model.model_dump_json(exclude_none=True, by_alias=True).encode(), (JSON, NO_STORE))


class StoredArticle(PlacedArticle):
    """An article as it is stored."""

    also_known_as: tuple[str, ...] = ()
    """Every id that leads to it: stated, made by its address, or merged into it."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Changed(_Answer):
    """What became of one article."""

    site: str
    id: str = Field(description="The id as it was normalised.")
    outcome: str = Field(description="`stored`, `deleted`, or `unchanged` when all of it was so already.")


class BulkError(_Answer):
    """One article that was not stored."""

    index: int = Field(description="Its place in the body, from 0; in NDJSON blank lines do not count.")
    reason: str = Field(description="The last part of the problem's `type`.")
    detail: str
    field: str | None = Field(None, description="The field at fault; absent when it is the whole article.")


class BulkAnswer(_Answer):
    """What became of many articles."""

    stored: int
    unchanged: int
    errors: tuple[BulkError, ...]


class Moved(_Answer):
    """What was counted under the old ids and now is under the new one."""

    views: int
    reader_days: int


class MergeAnswer(_Answer):
    """What a merge did."""

    site: str
    id: str
    aliases: tuple[str, ...] = Field(description="The ids that are aliases of the article by this merge.")
    moved: Moved
