"""Why a line of an access log is no page view: a closed set, each counted and printed."""

from enum import Enum


class Skip(Enum):
    """A reason, with the words people read. Every line has at most one: the first that applies."""

    BROKEN_LINE = "not in the combined or common log format"
    BROKEN_REQUEST = "its request is not METHOD and target"
    BROKEN_TIME = "its time is none"
    NOT_GET = "another method than GET"
    STATUS = "answered neither 200 nor 304"
    NOT_MATCHED = "its path does not match"
    ASSET = "a static asset"
    BAD_ARTICLE_ID = "its path cannot be an article id"
    BOT = "read by a bot"

    @property
    def slug(self) -> str:
        """The stable name, as in the summary for programs."""
        return self.name.lower().replace("_", "-")
