"""A span for each question to Redis that is asked within another span."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry.trace import SpanKind, Tracer, get_current_span

from shared.connection import Client
from shared.tracing.failing import failing


def watched(tracer: Tracer, client: Client) -> Client:
    """Return the client, whose commands and pipelines have spans from now on, without their arguments."""
    execute, pipeline = client.execute_command, client.pipeline

    async def execute_command(*command: Any, **options: Any) -> Any:
        with _asking(tracer, str(command[0])):
            return await execute(*command, **options)

    def watched_pipeline(*given: Any, **named: Any) -> Any:
        pipe = pipeline(*given, **named)
        run = pipe.execute

        async def execute_all(*given: Any, **named: Any) -> Any:
            with _asking(tracer, "MULTI" if pipe.is_transaction else "PIPELINE", len(pipe.command_stack)):
                return await run(*given, **named)

        pipe.execute = execute_all
        return pipe

    client.execute_command, client.pipeline = execute_command, watched_pipeline
    return client


@contextmanager
def _asking(tracer: Tracer, command: str, size: int = 1) -> Iterator[None]:
    if not get_current_span().is_recording():
        yield
        return
    attributes: dict[str, str | int] = {"db.system.name": "redis", "db.operation.name": command}
    if size > 1:
        attributes["db.operation.batch.size"] = size
    with (
        tracer.start_as_current_span(
            command,
            kind=SpanKind.CLIENT,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span,
        failing(span),
    ):
        yield
