"""How a span says that what it is of has failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import Span, StatusCode


@contextmanager
def failing(span: Span) -> Iterator[None]:
    """Mark a span whose work raises with what it raised, and not with the message: that may say anything."""
    try:
        yield
    except Exception as error:
        mark_failed(span, type(error).__name__)
        raise


def mark_failed(span: Span, what: str) -> None:
    """Mark a span as that of something which failed."""
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", what)
