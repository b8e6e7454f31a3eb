"""A script that pages load: its bytes as they are sent, and the names they are sent under.

The stable name, `widget.v1.js`, moves with every release. The hashed name,
`widget.v1.HASH.js`, says what it holds: a page that pins it with `integrity`
gets these bytes for ever.
"""

import gzip
from base64 import b64encode
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256, sha384
from pathlib import Path

import brotli
from rjsmin import jsmin

from shared.answer import Answer
from shared.http import Header, Request, Response

_ALWAYS: tuple[Header, ...] = (
    (b"vary", b"accept-encoding"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"timing-allow-origin", b"*"),
)
MOVING: Header = (
    b"cache-control",
    b"public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800",
)
FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_SCRIPT: Header = (b"content-type", b"text/javascript; charset=utf-8")
_ENCODINGS = (b"br", b"gzip")
"""What a script is sent as, the best first."""


class Script:
    """One version of one script."""

    def __init__(self, name: str, body: bytes) -> None:
        """`name` is the stable one without `.js`, `body` the bytes as they are sent."""
        self.name = name
        self.body = body

    @classmethod
    def read(cls, path: Path) -> "Script":
        """Return the script of a source file, minified."""
        return cls(path.stem, jsmin(path.read_text(encoding="utf-8"), keep_bang_comments=True).encode())

    @classmethod
    def joined(cls, name: str, parts: Iterable[Path]) -> "Script":
        """Return the script of several source files in their order, minified, in a scope of their own."""
        sources = "\n".join(part.read_text(encoding="utf-8") for part in parts)
        return cls(name, jsmin(f'(()=>{{"use strict";\n{sources}\n}})()').encode())

    @property
    def stable(self) -> str:
        """The path that moves with every release."""
        return f"/{self.name}.js"

    @cached_property
    def hashed(self) -> str:
        """The path that means these bytes and no others."""
        return f"/{self.name}.{sha256(self.body).hexdigest()[:16]}.js"

    @cached_property
    def integrity(self) -> str:
        """The value of an `integrity` attribute for the hashed path."""
        return "sha384-" + b64encode(sha384(self.body).digest()).decode()

    @cached_property
    def encoded(self) -> dict[bytes, bytes]:
        """The bytes by content coding, and under `identity` as they are."""
        return {
            b"br": brotli.compress(self.body, mode=brotli.MODE_TEXT),
            b"gzip": gzip.compress(self.body, mtime=0),
            b"identity": self.body,
        }

    def to(self, request: Request, cache: Header) -> Response:
        """Return the answer to a request, in the best coding it takes."""
        coding = _accepted(b",".join(request.headers(b"accept-encoding")))
        return self._answers(cache)[coding].to(request)

    def _answers(self, cache: Header) -> dict[bytes, Answer]:
        found = self._made.get(cache)
        if found is None:
            found = self._made[cache] = {
                coding: Answer.of(body, _headers(cache, coding), content_type=_SCRIPT)
                for coding, body in self.encoded.items()
            }
        return found

    @cached_property
    def _made(self) -> dict[Header, dict[bytes, Answer]]:
        return {}


def _headers(cache: Header, coding: bytes) -> tuple[Header, ...]:
    told = (cache, *_ALWAYS)
    return told if coding == b"identity" else ((b"content-encoding", coding), *told)


def _accepted(header: bytes) -> bytes:
    """Return the first of our codings that an Accept-Encoding takes, `identity` if none."""
    offered = {}
    for part in header.lower().split(b","):
        coding, _, weight = part.partition(b";")
        # `q=0`, `q=0.` and `q=0.000` refuse.
        offered[coding.strip()] = weight.replace(b" ", b"").rstrip(b".0") != b"q="
    return next((c for c in _ENCODINGS if offered.get(c, offered.get(b"*", False))), b"identity")
