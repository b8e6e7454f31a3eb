"""The shapes of what the desk answers about overrides."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.override import Action


class ListedOverride(BaseModel):
    """An override that is in force."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str | None = Field(None, description="Of the article; left out when the catalogue has it no more.")
    action: Action
    position: int | None = None
    factor: float | None = None
    label: str | None = None
    since: AwareDatetime = Field(description="When it was set.")
    until: AwareDatetime = Field(description="When it ends by itself.")
    by: str
    reason: str


class OverridesAnswer(BaseModel):
    """The overrides of a site that are in force, those that end first before the others."""

    model_config = ConfigDict(frozen=True)

    site: str
    overrides: tuple[ListedOverride, ...]
