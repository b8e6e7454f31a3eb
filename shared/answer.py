"""An answer in both its forms: whole, and "you have it already"."""

from dataclasses import dataclass
from hashlib import blake2b

from shared.http import JSON, Header, Request, Response


@dataclass(frozen=True, slots=True)
class Answer:
    """A rendered answer and its strong ETag."""

    etag: bytes
    whole: Response
    unchanged: Response

    @classmethod
    def of(
        cls,
        body: bytes,
        headers: tuple[Header, ...],
        *,
        content_type: Header = JSON,
        covers: bytes | None = None,
    ) -> "Answer":
        """Return an answer whose strong ETag is made of `covers`, the body if None."""
        etag = b'"%s"' % blake2b(body if covers is None else covers, digest_size=16).hexdigest().encode()
        told = ((b"etag", etag), *headers)
        return cls(etag, Response(200, body, (content_type, *told)), Response(304, b"", told))

    def to(self, request: Request) -> Response:
        """Return the form that the request's If-None-Match asks for."""
        known = request.header(b"if-none-match")
        if known is None:
            return self.whole
        # Compared weakly, as RFC 9110 asks: a proxy that compresses marks our ETag as weak.
        tags = [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]
        return self.unchanged if self.etag in tags or tags == [b"*"] else self.whole
