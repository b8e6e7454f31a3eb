"""What one site sets for itself, in its table of groundswell.toml."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from shared.setting_types import (
    DedupeWindow,
    Names,
    Networks,
    Origins,
    Secrets,
    TimeZone,
    WebAddress,
)

POST_KEYS = ("p",)
"""The query parameter in which WordPress names a post."""


class SiteSettings(BaseModel):
    """What one site sets for itself, in its table of groundswell.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: Origins = ()
    """Origins beside SITE and www.SITE whose pages post views."""
    time_zone: TimeZone = "UTC"
    """Where the list of `today` begins its day."""
    dedupe_window: DedupeWindow | None = None
    """Within it a visitor counts once an article; 0 counts every view; none takes the global one."""
    query_keys: Names = ()
    """Query parameters that name an article, such as `p`."""
    own_networks: Networks = ()
    """Networks whose readings are own traffic."""
    visitor: Literal["daily", "off"] | None = None
    """Whether visitors are told apart, by a hash that nobody can make again the day after; none takes the
    global setting."""
    honour_privacy_signals: bool = False
    """Whether a reader's Global Privacy Control or Do Not Track keeps the reading from counting."""
    token_secret: Secrets = ()
    """Secrets of the tokens of articles; the first one prints, all are taken (docs/tokens.md)."""
    require_token: bool = False
    """Whether a page's reading counts only with the token of its article."""
    via_weight: Annotated[float, Field(gt=0, le=1)] = 1.0
    """What a view that came by way of a list (`via`) weighs on the boards; its count stays whole."""
    feeds: tuple[WebAddress, ...] = ()
    """Feeds and news sitemaps whose articles are the site's."""
    wordpress: WebAddress | None = None
    """A WordPress whose posts are the site's; then query_keys has `p`, unless it is set."""
    new_ids_per_minute: Annotated[int, Field(ge=0)] = 60
    """Article ids let in a minute that nobody has read before and the catalogue does not have."""
    new_ids_burst: Annotated[int, Field(ge=0)] = 10_000
    """How many of them at once, after a quiet time."""
    max_ids: Annotated[int, Field(ge=0)] = 250_000
    """Articles with views, in one partition, beyond which no such id is let in."""

    @model_validator(mode="before")
    @classmethod
    def _posts_have_numbers(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("wordpress"):
            return {"query_keys": POST_KEYS, **given}
        return given

    @field_validator("require_token")
    @classmethod
    def _has_a_secret(cls, required: bool, info: ValidationInfo) -> bool:
        if required and not info.data.get("token_secret"):
            raise ValueError("tokens can only be required with a token_secret")
        return required
