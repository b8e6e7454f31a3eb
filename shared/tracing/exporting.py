"""Where spans go: a bounded queue, and a thread that sends them by OTLP over HTTP.

What makes spans never waits for whoever takes them. A span that finds the
queue full, or that is not taken, is dropped and counted.
"""

import logging
import os
import socket
from collections.abc import Sequence
from importlib.metadata import version
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
from prometheus_client import CollectorRegistry

from shared.outage import Outage
from shared.process_metrics import TraceMetrics
from shared.tracing.spans import Tracing

log = logging.getLogger(__name__)

RATE = 0.01
"""The share of requests without a traceparent of which traces are kept, unless it is set."""

QUEUE = 2_048
"""Spans that wait to be sent, unless it is set."""

AT_ONCE = 512
"""Spans sent in one request, unless it is set."""

_CLOSE = 2.0
"""Seconds that what is left at the end has to be sent."""


def begin(process: str, registry: CollectorRegistry) -> Tracing:
    """Return what makes the spans of this process; it does not wait for whoever takes them."""
    named = {} if "OTEL_SERVICE_NAME" in os.environ else {SERVICE_NAME: f"groundswell-{process}"}
    release = version("groundswell")
    # Where OpenTelemetry is told nothing it keeps all, which is too much of every reader's view; and to be
    # asked by each of them costs as much as half of what a view does.
    told = "OTEL_TRACES_SAMPLER" in os.environ
    provider = TracerProvider(
        sampler=None if told else ParentBased(ALWAYS_ON),
        resource=Resource.create(
            {
                "service.version": release,
                "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
                "groundswell.process": process,
                **named,
            }
        ),
        shutdown_on_exit=False,
    )
    metrics = TraceMetrics(registry)
    sending = _Sending(OTLPSpanExporter(), metrics)
    provider.add_span_processor(_Queue(sending, _number("OTEL_BSP_MAX_QUEUE_SIZE", QUEUE), metrics))

    def close() -> None:
        closing = Thread(target=provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE)
        sending.end()

    return Tracing(provider.get_tracer("groundswell", release), close, 1.0 if told else _rate())


class _Queue(BatchSpanProcessor):
    """Drops and counts what finds no room, where its parent would write a line for it."""

    def __init__(self, sending: "_Sending", room: int, metrics: TraceMetrics) -> None:
        self._sending = sending
        self._room = room
        self._full = metrics.spans.labels("queue-full")
        self._come = 0
        at_once = min(_number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", AT_ONCE), room)
        super().__init__(self._sending, max_queue_size=room, max_export_batch_size=at_once)

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span that has ended."""
        if not (span.context and span.context.trace_flags.sampled):
            return
        # Each of the two numbers has one thread that changes it.
        if self._come - self._sending.gone >= self._room:
            self._full.inc()
            return
        self._come += 1
        super().on_end(span)


class _Sending(SpanExporter):
    """Sends spans, and counts how that goes; that nobody takes them is told as any outage is."""

    def __init__(self, exporter: SpanExporter, metrics: TraceMetrics) -> None:
        self._exporter = exporter
        self._sent, self._failed = metrics.spans.labels("sent"), metrics.spans.labels("failed")
        self._outage = Outage("spans are not taken", "they are dropped")
        self._why = ""
        self.gone = 0
        # It would write a line for every try.
        self._its_log = logging.getLogger(OTLPSpanExporter.__module__)
        self._its_log.addFilter(self._heard)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; this is called in the thread of the queue."""
        self._why = ""
        result = self._exporter.export(spans)
        self.gone += len(spans)
        if result is SpanExportResult.SUCCESS:
            self._sent.inc(len(spans))
            self._outage.well()
        else:
            self._failed.inc(len(spans))
            self._outage.failed(self._why or "no reason is told")
        return result

    def end(self) -> None:
        """Let it say again what it has to say."""
        self._its_log.removeFilter(self._heard)

    def shutdown(self) -> None:
        """Give up what is on its way."""
        self._exporter.shutdown()

    def _heard(self, record: logging.LogRecord) -> bool:
        # What comes first says why, and what comes last that it was given up.
        self._why = self._why or record.getMessage()
        return False


def _number(name: str, default: int) -> int:
    given = os.environ.get(name, "")
    if given.isascii() and given.isdigit() and int(given[:9]):
        return int(given[:9])
    if given:
        log.warning("%s is not a number above 0; it is %d", name, default)
    return default


def _rate() -> float:
    try:
        rate = float(os.environ.get("OTEL_TRACES_SAMPLER_ARG") or RATE)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        log.warning("OTEL_TRACES_SAMPLER_ARG is not a share from 0 to 1; it is %s", RATE)
        return RATE
    return rate
