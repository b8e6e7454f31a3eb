"""The little HTTP that the services speak: requests, responses, routes.

A raw ASGI callable, because the measured alternatives answer at a third of
its rate or less (docs/adr/0002-raw-asgi.md).
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from shared.problem import Kind, Problem
from shared.refusals import Refusals

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json")
HTML: Header = (b"content-type", b"text/html; charset=utf-8")
TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
PROBLEM: Header = (b"content-type", b"application/problem+json")
NO_STORE: Header = (b"cache-control", b"no-store")
NOSNIFF: Header = (b"x-content-type-options", b"nosniff")
POLICY = b"content-security-policy"
_SHUT: Header = (POLICY, b"default-src 'none'; frame-ancestors 'none'")
"""Of what is no page and has no policy of its own: looked at by itself it loads and runs nothing."""

REQUEST_ID = b"x-request-id"

_DIGITS = 18
"""Of a declared length that are looked at."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()


class Request:
    """One request, as ASGI gives it."""

    __slots__ = ("_fields", "receive", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive = receive
        self._fields: Mapping[bytes, bytes] | None = None

    @property
    def query(self) -> bytes:
        """The query string as it came, without the question mark."""
        query: bytes = self.scope["query_string"]
        return query

    @property
    def fields(self) -> Mapping[bytes, bytes]:
        """The first header of each name, in lower case."""
        if self._fields is None:
            self._fields = dict(reversed(self.scope["headers"]))
        return self._fields

    def header(self, name: bytes) -> bytes | None:
        """Return the first header of that name (in lower case), None without one."""
        return self.fields.get(name)

    def headers(self, name: bytes) -> list[bytes]:
        """Return every header of that name (in lower case), in order."""
        return [value for key, value in self.scope["headers"] if key == name]

    @property
    def peer(self) -> str:
        """The address of the other end of the connection, empty on a Unix socket."""
        client = self.scope.get("client")
        return client[0] if client else ""

    async def body(self, limit: int) -> bytes:
        """Return the body. Raises Problem(BODY_TOO_LARGE) beyond `limit` bytes, without reading on."""
        declared = self.header(b"content-length")
        # A number of thousands of digits is one that Python refuses to read.
        if declared is not None and declared.isdigit() and int(declared[:_DIGITS]) > limit:
            raise Problem(Kind.BODY_TOO_LARGE, f"{int(declared[:_DIGITS])} bytes; the limit is {limit}")
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise Problem(Kind.BODY_TOO_LARGE, f"more than {limit} bytes")
            parts.append(part)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def parameters(self, known: Iterable[str]) -> dict[str, str]:
        """Return the query parameters.

        Raises Problem for one that is not known, is given twice, or is not UTF-8.
        """
        try:
            pairs = parse_qsl(
                self.query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
            )
        except ValueError as error:
            raise Problem(Kind.BAD_PARAMETER, f"the query string cannot be read: {error}"[:200]) from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if name not in known:
                detail = f"{name[:64]!r} is not one of {', '.join(known)}"
                raise Problem(Kind.UNKNOWN_PARAMETER, detail, parameter=name[:64])
            if name in found:
                raise Problem(Kind.BAD_PARAMETER, f"{name!r} is given twice", parameter=name)
            found[name] = value
        return found


class ClientGone(Exception):
    """The client hung up before its request was whole; nobody waits for an answer."""


class Endless(Protocol):
    """An answer that sends itself, for as long as somebody takes it (shared/stream.py)."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    async def run(self, request: Request, send: Send, headers: tuple[Header, ...]) -> None:
        """Send it with these headers beside its own; return when its end has come."""


Reply = Response | Endless
Handler = Callable[[Request], Awaitable[Reply]]
OnProblem = Callable[[Request, Problem], None]


Methods = Mapping[str, Handler]


def _ignore(request: Request, problem: Problem) -> None:
    return


def _new_name(request: Request) -> str:
    return secrets.token_hex(8)


def _nothing(path: str) -> Methods | None:
    return None


@dataclass(frozen=True)
class Routes:
    """An ASGI application: (method, path) to handler, and what every answer carries."""

    handlers: Mapping[str, Methods]
    headers: tuple[Header, ...] = ()
    on_problem: OnProblem = field(default=_ignore)
    beyond: Callable[[str], Methods | None] = field(default=_nothing)
    """What answers a path that is not among them."""
    name_of: Callable[[Request], str] = field(default=_new_name)
    """Names a request that is refused, for its answer and for the log."""
    _refusals: Refusals = field(default_factory=Refusals, init=False, repr=False, compare=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a Problem becomes its document, anything else a logged 500."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await self._handler(scope)(request)
        except Problem as problem:
            response = self._refuse(request, problem)
        except ClientGone:
            return
        except Exception:  # whoever asked gets an answer; the log has the rest
            response = self._refuse(request, Problem(Kind.INTERNAL))
        if isinstance(response, Response):
            await reply(send, response, self.headers, head=scope["method"] == "HEAD")
        else:
            await response.run(request, send, self.headers)

    def _refuse(self, request: Request, problem: Problem) -> Response:
        """Return the response of a problem, named as the log names it."""
        self.on_problem(request, problem)
        path = request.scope["path"]
        what = path if path in self.handlers else "a request"
        name = self.name_of(request)
        self._refusals.tell(name, what, problem)
        return refuse(problem, name)

    def _handler(self, scope: Scope) -> Handler:
        path = scope["path"]
        methods = self.handlers.get(path) or self.beyond(path)
        if methods is None:
            raise Problem(Kind.NOT_FOUND)
        method = scope["method"]
        handler = methods.get("GET" if method == "HEAD" else method)
        if handler is None:
            allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}
            raise Problem(Kind.METHOD_NOT_ALLOWED, allow=", ".join(sorted(allowed)))
        return handler


_RETRY_AFTER = {
    Kind.UNAVAILABLE: b"2",
    Kind.SPOOL_FULL: b"5",
    Kind.TOO_MANY_CONNECTIONS: b"5",
    Kind.BACKLOG: b"10",
    Kind.TOO_MANY_LISTENERS: b"30",
}


def refuse(problem: Problem, name: str | None = None) -> Response:
    """Return the response of a problem; `name` is that of the request, None for one that was not read."""
    headers: list[Header] = [PROBLEM, NO_STORE, (b"x-groundswell-reason", problem.kind.slug.encode())]
    if problem.kind in _RETRY_AFTER:
        headers.append((b"retry-after", _RETRY_AFTER[problem.kind]))
    if problem.kind is Kind.WRONG_KEY:
        headers.append((b"www-authenticate", b'Bearer realm="groundswell"'))
    if problem.kind is Kind.METHOD_NOT_ALLOWED:
        headers.append((b"allow", str(problem.extra.get("allow", "")).encode()))
    headers += problem.headers
    if name is not None:
        headers.append((REQUEST_ID, name.encode()))
    return Response(problem.kind.status, problem.document(name), tuple(headers))


async def reply(
    send: Send, response: Response, headers: tuple[Header, ...] = (), *, head: bool = False
) -> None:
    """Send a whole response."""
    told = [*response.headers, *headers]
    if response.body:
        if NOSNIFF not in told:
            told.append(NOSNIFF)
        if all(name != POLICY for name, _ in told):
            told.append(_SHUT)
    # A 204 has no length, and that of a 304 would be the length of what was not sent.
    if response.status not in (204, 304):
        told.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": told})
    await send({"type": "http.response.body", "body": b"" if head else response.body})
