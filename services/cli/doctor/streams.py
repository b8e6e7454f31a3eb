"""Whether what is on the streams is being counted."""

from collections.abc import AsyncIterator, Iterator

from services.cli import stream_state
from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, warning, wrong
from services.cli.stream_state import StreamState
from shared import keys
from shared.connection import Client
from shared.settings import Settings

LATE, TOO_LATE = 10.0, 60.0
"""Seconds an entry may be without being counted; usually it is some thousandths of one."""

GONE = 30.0
"""Seconds after which a consumer that asks for nothing is gone; one that waits asks every second."""

_COUNTER = "see that the counter runs, and what it logs"


async def streams(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at every partition ever used."""
    if not case.partitions:
        yield wrong(
            "streams", "no service has ever started on this Redis", "see that redis_url is the right one"
        )
        return
    states = [await stream_state.read(redis, p) for p in range(case.partitions)]
    found = [finding for state in states for finding in _of_one(state, case.settings, case.now)]
    for finding in found:
        yield finding
    if not found:
        waiting = sum(state.undelivered + state.pending for state in states)
        told = "1 partition is" if len(states) == 1 else f"{len(states)} partitions are"
        yield ok("streams", f"{told} read, and {waiting:,} entries wait")


def _of_one(state: StreamState, settings: Settings, now: float) -> Iterator[Finding]:
    stream = keys.views(state.p)
    if not state.group:
        yield wrong(
            "streams",
            f"{stream} has no consumer group {keys.GROUP}, and {state.undelivered:,} entries wait",
            "see that the counter runs: it makes the group within a second and counts all that waits",
        )
        return
    if not any(consumer.idle < GONE for consumer in state.consumers):
        yield wrong("streams", f"nobody reads {stream}", _COUNTER)
    yield from _limits(state, settings, stream)
    for words, count, since in (
        ("undelivered", state.undelivered, state.undelivered_since),
        ("pending", state.pending, state.pending_since),
    ):
        age = 0.0 if since is None else now - since
        if age > LATE:
            told = f"{stream}: {count:,} entries are {words}, the oldest for {span(age)}"
            yield wrong("streams", told, _COUNTER) if age > TOO_LATE else warning("streams", told, _COUNTER)
    for consumer in state.consumers:
        if consumer.pending and consumer.idle > GONE:
            yield warning(
                "streams",
                f"{stream}: {consumer.name} has been gone for {span(consumer.idle)} and holds "
                f"{consumer.pending:,} entries",
                "a counter that runs takes them over within seconds; if none does, see what it logs",
            )


def _limits(state: StreamState, settings: Settings, stream: str) -> Iterator[Finding]:
    waiting = state.undelivered + state.pending
    told = f"{stream}: {waiting:,} entries wait"
    if waiting > settings.backlog_max_entries:
        yield wrong("streams", f"{told}, and views are refused (backlog_max_entries)", _COUNTER)
    elif waiting > settings.backlog_max_entries / 2:
        yield wrong(
            "streams", f"{told}; from {settings.backlog_max_entries:,} on views are refused", _COUNTER
        )
    elif state.undelivered > settings.ready_lag:
        yield warning("streams", f"{told}, and the counter is not ready (ready_lag)", _COUNTER)
