"""One request of a stranger: a seed and a number make it, the same every time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote, quote_plus

from tests.fuzz import shapes
from tests.fuzz.bodies import body_of
from tests.fuzz.shapes import ADDRESSES, ARTICLES, SITES, Takes
from tests.fuzz.words import FORGED, HEADER_VALUES, LENGTHS, WORDS

KEYS = {"/v1/views/batch": "batch-key", "desk": "desk-key"}
NEWSROOM_KEY = "newsroom-key"
FIREFOX = b"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "", "get")
_NAMES = (
    *(b"user-agent", b"origin", b"referer", b"x-forwarded-for", b"forwarded", b"host", b"cookie", b"dnt"),
    *(b"sec-gpc", b"sec-purpose", b"purpose", b"if-none-match", b"last-event-id", b"accept", b"traceparent"),
    *(b"accept-encoding", b"authorization", b"content-type", b"transfer-encoding", b"x-real-ip", b"range"),
    *(b"expect", b"upgrade", b"content-encoding", b"x-\x00", b""),
)


@dataclass(frozen=True)
class Asked:
    """What is sent to one application; the body comes in parts."""

    number: int
    app: str
    method: str
    path: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    parts: Sequence[bytes]
    hangs_up: bool
    """Whether the client is gone before the body is whole."""
    peer: str

    def __str__(self) -> str:
        """Return enough of it to look at, without what would be no text."""
        body = b"".join(self.parts)
        shown = f"{self.app} {self.method} {self.path[:80]!r}?{self.query[:200]!r} {body[:200]!r}"
        return (
            f"number {self.number}: {shown} ({len(body)} bytes) {[h for h in self.headers if len(h[1]) < 80]}"
        )


def ask(seed: int, number: int, now: float) -> Asked:
    """Return a request of a stranger; `now`, in Unix seconds, is what right moments are near."""
    random = Random(f"{seed}:{number}")
    takes = random.choice(ADDRESSES)
    site, article = random.choice(SITES), random.choice(ARTICLES)
    body = b""
    if takes.body:
        body = body_of(random, shapes.good(takes.body, site, article, now), many=takes.many)
    elif random.random() < 0.05:
        body = random.randbytes(random.randrange(3_000))
    parts = _parts(random, body)
    return Asked(
        number,
        takes.app,
        takes.method if random.random() < 0.95 else random.choice(_METHODS),
        takes.path if random.random() < 0.95 else takes.path + random.choice(WORDS),
        _query(random, takes, shapes.asked(site, article, now)),
        _headers(random, takes, site, body),
        parts,
        random.random() < 0.02,
        random.choice(("203.0.113.9", "2001:db8::7", "127.0.0.1", "", FORGED)),
    )


def _parts(random: Random, body: bytes) -> list[bytes]:
    """Return the body cut somewhere, or not."""
    cuts = sorted(random.randrange(len(body) + 1) for _ in range(random.choice((0, 0, 0, 1, 3))))
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


def _query(random: Random, takes: Takes, right: Mapping[str, str]) -> bytes:
    """Return a query string in which something may be wrong, also with how it is written."""
    names = [name for name in takes.query if name in ("site", "id", "ids", "by") or random.random() < 0.25]
    if random.random() < 0.1:
        names.append(random.choice((*right, *WORDS)))
    pairs = []
    for name in names:
        value = right.get(name, "1") if random.random() < 0.75 else random.choice(WORDS)
        escape = random.choice((quote_plus, quote_plus, quote, str))
        pairs.append(f"{name}={escape(value)}" if escape is str else f"{name}={_escaped(value)}")
    if random.random() < 0.03:
        pairs += [random.choice(("", "&&", "=", "site=a", "%ff=%fe", "a;b", "a=" * 60, "x&" * 80))]
    return "&".join(pairs).encode("utf-8", "surrogatepass")


def _escaped(value: str) -> str:
    return quote_plus(value.encode("utf-8", "surrogatepass"))


def _headers(random: Random, takes: Takes, site: str, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of a browser or a server that knows what to send, and then some."""
    key = KEYS.get(takes.path) or KEYS.get(takes.app) or NEWSROOM_KEY
    kind = b"application/json"
    if takes.many and not body.startswith((b"[", b'{"site"')):
        kind = b"application/x-ndjson"
    headers = [
        (b"user-agent", FIREFOX),
        (b"origin", f"https://{site}".encode()),
        (b"authorization", b"Bearer " + key.encode()),
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
    ]
    headers = [header for header in headers if random.random() < 0.97]
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        name = random.choice(_NAMES)
        headers.insert(random.randrange(len(headers) + 1), (name, random.choice(HEADER_VALUES)))
    if random.random() < 0.05:
        headers.insert(0, (b"content-length", random.choice(LENGTHS)))
    if random.random() < 0.01:
        headers += [(b"x-more", b"a" * 100)] * 300
    return headers
