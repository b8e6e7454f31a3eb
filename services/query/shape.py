"""What every shape of an answer has in common."""

from datetime import UTC
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Shape(BaseModel):
    """The shape of an answer, or of a part of one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
