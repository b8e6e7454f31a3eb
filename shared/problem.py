"""Every refusal of the HTTP interface: a closed set of kinds, each a problem document (RFC 9457)."""

import json
from collections.abc import Sequence
from enum import Enum
from typing import Any


class Kind(Enum):
    """A kind of problem: its status, and one sentence that says what is asked of the client."""

    BODY_TOO_LARGE = (413, "The body is larger than this endpoint takes.")
    TOO_MANY_VIEWS = (413, "A batch carries at most 10,000 views.")
    TOO_MANY_ARTICLES = (413, "One request carries at most 10,000 articles.")
    UNSUPPORTED_CONTENT_TYPE = (415, "This endpoint does not take this content type.")
    EMPTY_BODY = (400, "The body is empty.")
    BAD_ENCODING = (400, "The body is not valid UTF-8.")
    BAD_JSON = (400, "The body is not JSON.")
    BAD_SHAPE = (422, "The JSON does not have the shape this endpoint takes.")
    UNKNOWN_FIELD = (422, "The JSON has a field this endpoint does not know.")
    UNKNOWN_SITE = (404, "No site of this name is configured.")
    BAD_ARTICLE_ID = (422, "This cannot be an article id.")
    BAD_TIME = (422, "The time of a view is at most 24 hours ago and at most 5 minutes ahead.")
    BAD_PARAMETER = (400, "A query parameter has a value this endpoint does not take.")
    UNKNOWN_PARAMETER = (400, "A query parameter is not known to this endpoint.")
    TOO_MANY_IDS = (400, "At most 200 ids are answered at once.")
    UNKNOWN_ARTICLE = (404, "The catalogue has no such article.")
    ALIAS_TAKEN = (409, "An alias names another article already.")
    MERGE_REFUSED = (409, "These two ids cannot become one.")
    POSITION_TAKEN = (409, "Another article stands at this position already.")
    TOO_MANY_OVERRIDES = (409, "A site has at most 1,000 overrides at a time.")
    UNKNOWN_OVERRIDE = (404, "No override of this article is in force.")
    CORRECTION_REFUSED = (409, "This cannot be taken out of the counts.")
    KEY_NOT_CONFIGURED = (403, "This endpoint is closed: no key is configured for it.")
    WRONG_KEY = (401, "This endpoint takes a bearer key.")
    NOT_FOUND = (404, "Nothing is here.")
    METHOD_NOT_ALLOWED = (405, "This address does not take this method.")
    TOO_MANY_LISTENERS = (503, "As many listen already as one process serves; poll, or come back later.")
    TOO_MANY_REQUESTS = (429, "One address, or one network, sends more than is let in; wait before the next.")
    TOO_MANY_CONNECTIONS = (503, "This process has as many connections as it keeps; come back later.")
    BACKLOG = (503, "More views wait to be counted than may wait; come back later.")
    SPOOL_FULL = (503, "Redis takes no views now, and neither does the spool; come back later.")
    UNAVAILABLE = (503, "This cannot be done just now; try again.")
    INTERNAL = (500, "This is our fault; it has been logged.")

    @property
    def slug(self) -> str:
        """The stable name of the kind, as in its `type`, in headers and in metrics."""
        return self.name.lower().replace("_", "-")

    @property
    def uri(self) -> str:
        """The `type` of its document."""
        return f"urn:groundswell:problem:{self.slug}"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def title(self) -> str:
        """What is asked of the client, in one sentence."""
        return self.value[1]


class Problem(Exception):
    """A refusal, with what exactly was wrong; `extra` members go into the document."""

    def __init__(self, kind: Kind, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.headers: Sequence[tuple[bytes, bytes]] = ()
        """What its answer has beside the headers of its kind."""
        self.extra = extra

    def document(self, request_id: str | None = None) -> bytes:
        """Return the problem document as JSON, with the name that the log has for the request."""
        body = {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            **({"detail": self.detail} if self.detail else {}),
            **self.extra,
            **({"request_id": request_id} if request_id else {}),
        }
        return without_markup(json.dumps(body, ensure_ascii=True)).encode()


def without_markup(text: str) -> str:
    """Return JSON in which no character of a text is one of HTML: it says the same, wherever it ends up."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
