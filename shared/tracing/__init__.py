"""Traces of single views and questions, where OpenTelemetry is installed and asked for.

Nothing of OpenTelemetry is imported unless the setting `tracing` is on: a
service is then given a Tracing (shared/tracing/spans.py), and has None to ask
for else (docs/logs-and-traces.md).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from shared.settings import Settings

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing


@contextmanager
def tracing(
    settings: Settings | None, process: str, registry: CollectorRegistry
) -> Iterator[dict[str, "Tracing"]]:
    """Give what the `build` of a service takes beside settings and registry: its `tracing`, where it is on.

    Where spans go and which are kept is told by the environment, in the
    variables of OpenTelemetry. What is left at the end is sent. Without
    settings there is nothing to trace.
    """
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if settings is None or not settings.tracing or disabled:
        yield {}
        return
    begun: Tracing = import_module("shared.tracing.exporting").begin(process, registry)
    try:
        yield {"tracing": begun}
    finally:
        begun.close()


def trace_id() -> str | None:
    """Return the id of the trace that is kept and under way here, None without one."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    context = api.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid and context.trace_flags.sampled else None
