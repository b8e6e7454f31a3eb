"""The FastStream side of a stream: its subscriber, and entries as they came."""

from collections.abc import Awaitable, Callable
from typing import Any

from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.redis import RedisBroker, StreamSub

from services.counter.intake import RawEntry
from shared import keys

MAX_ENTRIES = 200
"""Entries read at once; each has 1-500 views."""

BLOCK_MS = 1_000


def subscribe(
    broker: RedisBroker, partition: int, consumer: str, take: Callable[[list[RawEntry]], Awaitable[None]]
) -> Any:
    """Return the subscriber of a partition's stream; `take` gets the entries of one read."""
    stream = StreamSub(
        keys.views(partition),
        group=keys.GROUP,
        consumer=consumer,
        batch=True,
        max_records=MAX_ENTRIES,
        polling_interval=BLOCK_MS,
    )
    subscriber = broker.subscriber(
        stream=stream,
        parser=_parse,
        decoder=_decode,
        ack_policy=AckPolicy.MANUAL,
        title=f"entries of partition {partition}",
        description="Record batches of 1-500 views. Acknowledging an entry is counting it.",
    )
    subscriber(take)
    return subscriber


async def _parse(message: Any) -> StreamMessage[Any]:
    """Keep the entries as they came: with FastStream's own parser one bad value fails the whole batch."""
    return StreamMessage(raw_message=message, body=b"", message_id="", correlation_id="")


async def _decode(message: StreamMessage[Any]) -> list[RawEntry]:
    raw = message.raw_message
    return list(zip(raw["message_ids"], raw["data"], strict=True))
