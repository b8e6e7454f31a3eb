"""The boards in Redis, as shared/ranking.py reads them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import msgpack

from shared.connection import Client
from shared.ranking import Top

IDS_AT_ONCE = 1_000
"""Ids asked of one key in one command, so that no single one holds up Redis."""

IDS_IN_ONE_REPLY = 10_000
"""Members one key may answer with at once, which takes it some six milliseconds."""

COMMANDS_AT_ONCE = 16
"""Commands in one pipeline, so that neither side holds a month of boards at once."""


class Reader:
    """Reads many keys in few round trips. Every method raises what redis-py raises."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        scripts = files("services.ranker").joinpath("lua")
        self._top = scripts.joinpath("board.top.lua").read_text()
        self._above = scripts.joinpath("board.above.lua").read_text()
        self._ask = scripts.joinpath("board.ask.lua").read_text()

    async def tops(self, keys: Sequence[str], count: int) -> list[dict[str, float]]:
        """Return the highest `count` of each sorted set, the highest first."""
        rows = await self._read([(self._top, 1, key, count) for key in keys])
        return [_pairs(row) for row in rows]

    async def above(self, keys: Sequence[str], lowest: float, at_most: int) -> list[dict[str, float] | None]:
        """Return the members of each sorted set from the score `lowest` on, None where there are more.

        More, that is, than `at_most`, or than one reply should hold.
        """
        limit = min(at_most, IDS_IN_ONE_REPLY)
        rows = await self._read([(self._above, 1, key, repr(lowest), limit) for key in keys])
        return [None if row is False else _pairs(row) for row in rows]

    async def ask(
        self, command: Literal["ZMSCORE", "HMGET"], keys: Sequence[str], wanted: Sequence[Collection[str]]
    ) -> list[dict[str, float]]:
        """Return, for each key, the numbers it holds for the ids wanted of it."""
        chunks = [
            (index, every[start : start + IDS_AT_ONCE])
            for index, every in enumerate(map(list, wanted))
            for start in range(0, len(every), IDS_AT_ONCE)
        ]
        asked = [(self._ask, 1, keys[index], command, msgpack.packb(chunk)) for index, chunk in chunks]
        found: list[dict[str, float]] = [{} for _ in keys]
        for (index, chunk), row in zip(chunks, await self._read(asked), strict=True):
            found[index].update((i, value) for i, value in zip(chunk, row, strict=True) if value)
        return found

    async def _read(self, asked: Sequence[tuple[str | int | bytes, ...]]) -> list[Any]:
        replies: list[Any] = []
        for start in range(0, len(asked), COMMANDS_AT_ONCE):
            async with self._redis.pipeline(transaction=False) as pipe:
                for arguments in asked[start : start + COMMANDS_AT_ONCE]:
                    # With its text each time: a script that a restarted server forgot would fail a round.
                    pipe.execute_command("EVAL_RO", *arguments)
                packed = await pipe.execute()
            replies += [msgpack.unpackb(reply, unicode_errors="replace") for reply in packed]
        return replies


def _pairs(row: Sequence[Any]) -> dict[str, float]:
    return dict(zip(row[::2], row[1::2], strict=True))


class Worth(NamedTuple):
    """What a stored number is worth, and what an article may be worth that a board does not hold."""

    of: Callable[[float], float]
    absent: float


COUNTED = Worth(float, absent=0.0)
"""Views are worth themselves."""


class SortedBoards:
    """Sorted sets that add up."""

    def __init__(self, reader: Reader, keys: Sequence[str], worth: Worth) -> None:
        self._reader = reader
        self._keys = keys
        self._worth = worth
        self.depth = 0
        """How many places of each board were last asked for."""

    async def tops(self, count: int) -> list[Top]:
        """Return the highest `count` of each board."""
        self.depth = count
        return [self._top(row, count) for row in await self._reader.tops(self._keys, count)]

    async def look_up(self, wanted: Sequence[Collection[str]]) -> list[Mapping[str, float]]:
        """Return, for each board, what the ids wanted of it are worth."""
        rows = await self._reader.ask("ZMSCORE", self._keys, wanted)
        return [self._worths(row) for row in rows]

    def _top(self, row: Mapping[str, float], count: int) -> Top:
        values = self._worths(row)
        complete = len(row) < count
        return Top(values, self._worth.absent if complete else min(values.values()), complete)

    def _worths(self, row: Mapping[str, float]) -> dict[str, float]:
        worth = self._worth.of
        return {article_id: worth(value) for article_id, value in row.items()}
