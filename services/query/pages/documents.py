"""/openapi.json and /docs: the interface as a document and as a page."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

from services.query.answers import compact
from shared.answer import Answer
from shared.html import Html, icon
from shared.http import HTML, Header, Request, Response
from shared.openapi import Operation, document

_ABOUT = (
    "Tells a news site what its readers are reading now. Errors are problem documents (RFC 9457) whose "
    "`type` never changes. Times are ISO 8601 in UTC. A field that does not apply is left out; one that "
    "applies and is unknown is null."
)
_SHOWN = 10
"""The most words of a closed set that are shown in a table."""

_SVG: Header = (b"content-type", b"image/svg+xml")
_KEPT: Header = (b"cache-control", b"public, max-age=86400")
_CACHE: tuple[Header, ...] = ((b"cache-control", b"public, max-age=0, s-maxage=60"),)


class Documents:
    """Answers with what there is to ask: made when first asked for, so that a process starts sooner."""

    def __init__(self, operations: Sequence[Operation], html: Html, address: str) -> None:
        """`address` is where readers reach this service, for the examples."""
        self._operations = operations
        self._html = html
        self._address = address
        self._icon = Answer.of(icon(), (_KEPT,), content_type=_SVG)

    async def icon(self, request: Request) -> Response:
        """Answer with the icon of our pages."""
        return self._icon.to(request)

    async def json(self, request: Request) -> Response:
        """Answer with the OpenAPI document."""
        return self._json.to(request)

    async def page(self, request: Request) -> Response:
        """Answer with the page."""
        return self._page.to(request)

    @cached_property
    def _document(self) -> dict[str, Any]:
        return document("Groundswell", version("groundswell"), self._operations, _ABOUT)

    @cached_property
    def _json(self) -> Answer:
        return Answer.of(compact(self._document), _CACHE)

    @cached_property
    def _page(self) -> Answer:
        page = self._html.page("docs.html", "look.css")
        body = page.render(document=self._document, address=self._address, type_of=type_of)
        return Answer.of(body, (*page.headers, *_CACHE), content_type=HTML)


def type_of(schema: dict[str, Any]) -> str:
    """Return the type of a JSON Schema in words: `list of RankedStory`, `integer or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(type_of(part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"])) if len(schema["enum"]) <= _SHOWN else "string"
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    return str(schema.get("format", kind))
