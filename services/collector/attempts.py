"""From a page's request to the attempt that admission judges."""

from services.collector.admission import Attempt
from services.collector.bots import MAX_USER_AGENT
from services.collector.readings import Reading
from shared.http import Request
from shared.settings import SiteSettings


def attempt_of(
    request: Request, reading: Reading, site: SiteSettings, received_ms: int, address: str = ""
) -> Attempt:
    """Return a page's reading with what its request says about it, received in Unix milliseconds."""
    fields = request.fields
    return Attempt(
        reading,
        site,
        received_ms,
        address,
        _text(fields.get(b"user-agent", b"")[:MAX_USER_AGENT]),
        _text(fields[b"origin"]) if b"origin" in fields else None,
        _text(fields[b"referer"]) if b"referer" in fields else None,
        _text(fields.get(b"sec-purpose", b"") + fields.get(b"purpose", b"")).lower(),
        fields.get(b"sec-gpc") == b"1" or fields.get(b"dnt") == b"1",
    )


def _text(value: bytes) -> str:
    return value.decode("latin-1")
