"""Put entries on their streams under the name of a writer, so that the books know what was sent again.

A write that timed out may have been written, even after it was given up: a
stopped server does it when it goes on. Its entry id keeps it from being
counted twice. Name and number keep it from being accepted twice, whichever of
the two comes first, and so the audit can hold one against the other.
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from shared import keys
from shared.connection import Client
from shared.entry import Entry, encode

DEADLINE = 0.5
"""Seconds a stream has to take entries. With the spool after it a request is answered within one."""


class Packed(NamedTuple):
    """An entry, encoded."""

    entry_id: str
    views: int
    fields: Mapping[bytes, bytes]

    @classmethod
    def of(cls, entry: Entry) -> "Packed":
        """Return the entry as it goes on a stream. Raises ValueError unless it has 1-500 views."""
        return cls(entry.entry_id, len(entry.views), encode(entry))

    @property
    def traceparent(self) -> str | None:
        """What the entry says of its trace."""
        told = self.fields.get(b"t")
        return None if told is None else told.decode("ascii", "replace")


def new_writer() -> str:
    """Return a name that no writer had before."""
    return secrets.token_hex(8)


class Streams:
    """The streams, as a collector writes them."""

    def __init__(self, redis: Client, remembered: int) -> None:
        """`remembered` is for how long Redis knows a writer after its last entry, in seconds."""
        self._redis = redis
        self._remembered = remembered
        self._script = redis.register_script(
            files("services.collector").joinpath("lua/entries.append.lua").read_text()
        )

    async def put(self, partition: int, writer: str, entries: Iterable[tuple[int, Packed]]) -> None:
        """Put (number, entry) of one writer on a stream, all or none; the numbers go upwards.

        Raises what redis-py raises, and TimeoutError after DEADLINE; then the
        writer may send them again under the same numbers, and nothing else.
        """
        told: list[int | bytes] = [self._remembered]
        for number, entry in entries:
            told += number, entry.views, 2 * len(entry.fields)
            for field, value in entry.fields.items():
                told += field, value
        named = [keys.views(partition), keys.total(partition), keys.writer(partition, writer)]
        async with asyncio.timeout(DEADLINE):
            await self._script(named, told)

    async def has(self, partition: int, writer: str, number: int) -> bool:
        """Return whether the entry of a writer with this number was written, as far as that is remembered."""
        async with asyncio.timeout(DEADLINE):
            return int(await self._redis.get(keys.writer(partition, writer)) or 0) >= number


class Pen:
    """What one process writes on one stream by itself: its name there, and the last number."""

    def __init__(self) -> None:
        self.writer = new_writer()
        self._last = 0

    def sign(self, entries: Iterable[Packed]) -> list[tuple[int, Packed]]:
        """Return the entries with the next numbers."""
        signed = list(enumerate(entries, self._last + 1))
        self._last += len(signed)
        return signed

    def change(self) -> None:
        """Take another name, since nobody knows what was written under this one."""
        self.writer, self._last = new_writer(), 0
