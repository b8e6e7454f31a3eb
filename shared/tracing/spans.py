"""The spans that services make: of a request, of a batch of many traces, of a question to Redis.

No address, no user agent and no visitor is ever an attribute, nor what a
request says in its query or its body.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.connection import Client
from shared.http import ASGIApp
from shared.tracing import commands, requests
from shared.tracing.failing import failing

_W3C = TraceContextTextMapPropagator()
_MOST_LINKS = 128
"""Traces that one batch is linked with; OpenTelemetry keeps no more unless it is told to."""


class Batch:
    """The span of a batch that is under way."""

    def __init__(self, span: Span) -> None:
        self.span = span

    @property
    def traceparent(self) -> str:
        """What the next step of these views goes on with."""
        told: dict[str, str] = {}
        _W3C.inject(told, set_span_in_context(self.span, Context()))
        return told["traceparent"]

    def note(self, **numbers: int) -> None:
        """Add numbers to what the span says of itself."""
        for name, number in numbers.items():
            self.span.set_attribute(f"groundswell.{name}", number)


class Tracing:
    """Makes the spans of one process."""

    def __init__(self, tracer: Tracer, close: Callable[[], None], share: float = 1.0) -> None:
        """`share` is of requests that bring no trace: so many are looked at by the sampler of the tracer."""
        self._tracer = tracer
        self._roots = requests.Share(share)
        self.close = close
        """Sends what is left, for a moment at most; to be called once, at the end."""

    def requests(self, app: ASGIApp, routes: Container[str], endless: Container[str] = ()) -> ASGIApp:
        """Return the application with a span for each request.

        `routes` are the paths it is known to have, `endless` those whose
        answers have no end, and no span.
        """
        return requests.traced(self._tracer, app, routes, endless, self._roots)

    def redis(self, client: Client) -> Client:
        """Return the client; what it asks of Redis within a span is one of its own from now on."""
        return commands.watched(self._tracer, client)

    @staticmethod
    def here() -> Span | None:
        """Return the span that is under way here and kept."""
        span = get_current_span()
        return span if span.is_recording() else None

    @contextmanager
    def gathered(self, step: str, stream: str, requests: Sequence[Span]) -> Iterator[Batch | None]:
        """Give the span of a batch that these requests wait for; None without any.

        It is of the trace of the first, and linked with each, there and back.
        """
        with self._batch(step, stream, [span.get_span_context() for span in requests]) as batch:
            if batch is not None:
                for span in requests[1:]:
                    span.add_link(batch.span.get_span_context())
            yield batch

    def continued(
        self, step: str, stream: str, traceparents: Iterable[str | None]
    ) -> AbstractContextManager[Batch | None]:
        """Give the span of a batch of entries that say so; None where no trace of theirs is kept.

        It is of the trace of the first, and linked with each.
        """
        known = map(_read, dict.fromkeys(traceparents))
        return self._batch(step, stream, [one for one in known if one.is_valid and one.trace_flags.sampled])

    @contextmanager
    def _batch(self, step: str, stream: str, members: Sequence[SpanContext]) -> Iterator[Batch | None]:
        if not members:
            yield None
            return
        counted = step == "commit"
        with (
            self._tracer.start_as_current_span(
                f"{step} {stream}",
                set_span_in_context(NonRecordingSpan(members[0]), Context()),
                SpanKind.CONSUMER if counted else SpanKind.PRODUCER,
                {
                    "messaging.system": "redis",
                    "messaging.destination.name": stream,
                    "messaging.operation.name": step,
                    "messaging.operation.type": "process" if counted else "send",
                },
                [Link(member) for member in members[:_MOST_LINKS]],
                record_exception=False,
                set_status_on_exception=False,
            ) as span,
            failing(span),
        ):
            yield Batch(span)


def _read(traceparent: str | None) -> SpanContext:
    carried = {"traceparent": traceparent} if traceparent else {}
    return get_current_span(_W3C.extract(carried, Context())).get_span_context()
