"""What an application answers a stranger, and what is wrong with it."""

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from shared.http import ASGIApp
from shared.problem import Kind
from tests.fuzz.asking import Asked
from tests.fuzz.words import MARK

_HEADER = re.compile(rb"[\x20-\x7e]*")
_SLUGS = {kind.slug: kind.status for kind in Kind}


@dataclass
class Answer:
    """What came back: a status of 0 when nothing did."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    raised: str = ""
    """What the application let out instead of answering."""


async def answer_of(app: ASGIApp, asked: Asked) -> Answer:
    """Ask, and return the answer."""
    told = Answer()
    parts = iter(asked.parts[:-1] if asked.hangs_up else asked.parts)
    left = len(asked.parts) - asked.hangs_up

    async def receive() -> MutableMapping[str, Any]:
        nonlocal left
        if (part := next(parts, None)) is None:
            return {"type": "http.disconnect"}
        left -= 1
        return {"type": "http.request", "body": part, "more_body": left > 0 or asked.hangs_up}

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.raised = "a second answer" if told.status else ""
            told.status, told.headers = message["status"], dict(message["headers"])
        else:
            told.body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": asked.method,
        "path": asked.path,
        "query_string": asked.query,
        "headers": list(asked.headers),
        "client": (asked.peer, 1) if asked.peer else None,
    }
    try:
        await app(scope, receive, send)
    except Exception as error:
        told.raised = repr(error)
    return told


def faults(asked: Asked, told: Answer) -> Iterator[str]:
    """Tell what is wrong with an answer, whatever was asked."""
    if told.raised:
        yield told.raised
    if told.status == 0:
        if not asked.hangs_up:
            yield "no answer"
        return
    if told.status >= 500 and told.status != Kind.UNAVAILABLE.status:
        yield f"status {told.status}"
    if told.status == Kind.UNAVAILABLE.status and not told.headers.get(b"retry-after", b"").isdigit():
        yield "unavailable without saying until when"
    if not all(_HEADER.fullmatch(value) for pair in told.headers.items() for value in pair):
        yield f"a header that is two, or none: {told.headers}"
    length = told.headers.get(b"content-length")
    if length is not None and asked.method != "HEAD" and int(length) != len(told.body):
        yield f"{len(told.body)} bytes, told as {length!r}"
    if told.body:
        yield from _of_body(told)


def _of_body(told: Answer) -> Iterator[str]:
    kind = told.headers.get(b"content-type", b"").partition(b";")[0]
    if told.headers.get(b"x-content-type-options") != b"nosniff":
        yield "a body whose type may be guessed"
    if told.status >= 400:
        yield from _of_refusal(kind, told)
    elif kind in (b"application/json", b"application/feed+json"):
        try:
            json.loads(told.body.decode(), parse_constant=_no_constant)
        except ValueError as error:
            yield f"no JSON: {error}"
    elif kind == b"application/rss+xml":
        try:
            ElementTree.fromstring(told.body)
        except ElementTree.ParseError as error:
            yield f"no XML: {error}"
    if kind in (b"text/html", b"application/rss+xml") and MARK.encode() in told.body:
        yield "a script of somebody else's"


def _of_refusal(kind: bytes, told: Answer) -> Iterator[str]:
    """Tell what a refusal lacks of a problem document that nobody keeps."""
    if kind != b"application/problem+json":
        yield f"a refusal as {kind!r}"
        return
    problem = json.loads(told.body)
    slug = told.headers.get(b"x-groundswell-reason", b"").decode()
    if problem["type"] != f"urn:groundswell:problem:{slug}" or not problem["title"]:
        yield f"a problem without a stable type: {problem}"
    if not problem["status"] == told.status == _SLUGS.get(slug):
        yield f"{told.status} for {problem}"
    if told.headers.get(b"cache-control") != b"no-store":
        yield "a refusal that may be kept"


def _no_constant(name: str) -> None:
    raise ValueError(name)
