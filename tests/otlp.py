"""A receiver of OTLP over HTTP: a real server that keeps the spans it is sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Received(NamedTuple):
    """One span as it came."""

    name: str
    kind: int
    trace: str
    span: str
    parent: str
    links: frozenset[str]
    """The traces and spans that it is linked with, as `trace-span`."""
    attributes: dict[str, Any]
    failed: bool
    raw: bytes
    service: str

    @property
    def itself(self) -> str:
        """What a link with it says."""
        return f"{self.trace}-{self.span}"


class Receiver:
    """Takes spans, or says that it cannot."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.spans: list[Received] = []
        self.status = 200

    def named(self, start: str, trace: str | None = None) -> list[Received]:
        """Return the spans whose name begins so, all or those of one trace."""
        return [one for one in self.spans if one.name.startswith(start) and trace in (None, one.trace)]

    def take(self, body: bytes) -> None:
        """Read one request of an exporter."""
        asked = ExportTraceServiceRequest.FromString(body)
        for resource in asked.resource_spans:
            told = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_read(span, told["service.name"]) for span in scope.spans]


def _read(span: Any, service: str) -> Received:
    attributes = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    return Received(
        span.name,
        span.kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        frozenset(f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in span.links),
        attributes,
        span.status.code == 2,
        span.SerializeToString(),
        service,
    )


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            if receiver.status == 200 and self.path == "/v1/traces":
                receiver.take(body)
            self.send_response(receiver.status)
            self.send_header("content-type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *told: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
