"""A span for each request that an application answers."""

from collections.abc import Container, Mapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.http import ASGIApp, Receive, Scope, Send
from shared.tracing.failing import mark_failed

_W3C = TraceContextTextMapPropagator()
_CARRIED = (b"traceparent", b"tracestate")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_TOLD = {
    b"x-groundswell-outcome": "groundswell.outcome",
    b"x-groundswell-reason": "groundswell.reason",
    b"x-request-id": "groundswell.request_id",
}


class Share:
    """Chooses a share of what comes, evenly: of a share of 0.01 every hundredth."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._due = 0.0

    def take(self) -> bool:
        """Return whether the next one is among them."""
        self._due += self._share
        if self._due < 1:
            return False
        self._due -= 1
        return True


def traced(
    tracer: Tracer, app: ASGIApp, routes: Container[str], endless: Container[str], roots: Share
) -> ASGIApp:
    """Return the application with a span for each request, which goes on with the request's `traceparent`.

    Of those without one, `roots` begin a trace; the others cost almost nothing.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in endless:
            await app(scope, receive, send)
            return
        before = _before(scope)
        if before is None and not roots.take():
            await app(scope, receive, send)
            return
        name, attributes = _asked(scope, routes)
        with tracer.start_as_current_span(
            name,
            before or Context(),
            SpanKind.SERVER,
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            await app(scope, receive, _noting(span, send) if span.is_recording() else send)

    return answer


def _asked(scope: Scope, routes: Container[str]) -> tuple[str, dict[str, str]]:
    """Return the name of the span of a request, and its attributes, as the semantic conventions name them."""
    method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
    attributes = {"http.request.method": method, "url.scheme": scope.get("scheme", "http")}
    name = "HTTP" if method == "_OTHER" else method
    # A path that is none of ours may be anything.
    if scope["path"] in routes:
        attributes |= {"http.route": scope["path"], "url.path": scope["path"]}
        name = f"{name} {scope['path']}"
    return name, attributes


def _before(scope: Scope) -> Context | None:
    """Return what a request says it goes on with, None if nothing that can be read."""
    carried = {key.decode(): value.decode("latin-1") for key, value in scope["headers"] if key in _CARRIED}
    return (_W3C.extract(carried, Context()) or None) if carried else None


def _noting(span: Span, send: Send) -> Send:
    async def noted(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute("http.response.status_code", message["status"])
            for name, value in message["headers"]:
                if name in _TOLD:
                    span.set_attribute(_TOLD[name], value.decode("latin-1"))
            if message["status"] >= 500:
                mark_failed(span, str(message["status"]))
        await send(message)

    return noted
