"""An old counter and a new one run side by side, while a new collector already writes the next version."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from services.cli import single
from services.counter import intake, service
from shared import dead, entry, keys, ledger
from shared.connection import Client
from shared.settings import Settings
from tests.chaos.load import Load
from tests.chaos.stage import PARTITIONS, stage
from tests.chaos.verdict import Row, judge
from tests.entries import entry as new_entry
from tests.entries import view
from tests.waiting import wait_until

FAULT = "old and new schema version side by side"
FULL = (1, 5_000)
TENTH = (1, 500)

_NEXT = b"2"


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Write both versions; end the old counter; put back what it could not read."""
    async with stage(directory, "counter", "collector") as found:
        found.another("counter", newer)
        load = Load(found.collector)
        async with load.flowing(events):
            await _write_next(found.redis.client, events)

            async def refused() -> bool:
                return bool(await _letters(found.redis.client))

            await wait_until(refused, "the old counter has met the new version")
        found.services["counter"].end()
        letters = await _letters(found.redis.client)
        assert {letter.reason for letter in letters} == {"unknown-version"}
        assert {letter.detail for letter in letters} == {repr(_NEXT)}
        for letter in letters:
            await dead.replay(found.redis.client, letter)
        row = await judge(found.redis.client, FAULT, times, load.sent + events)
        assert not await _letters(found.redis.client), "all is counted by the new one"
        note = f"{len(letters)} entries were refused by the old counter and put back"
        return [replace(row, note=note)]


async def control(directory: Path) -> Row:
    """Have an old counter that acknowledges what it does not know."""
    async with stage(directory, "collector") as found:
        await found.start("counter", run=forgetful)
        await _write_next(found.redis.client, 20)
        return await judge(found.redis.client, FAULT, 1, 20, patience=1)


def newer(name: str, settings: Settings) -> None:
    """Run a counter of the next release, which reads both versions."""
    known = entry.decode

    def decode(fields: Mapping[bytes, bytes]) -> entry.Entry:
        return known({**fields, b"v": entry.VERSION} if fields.get(b"v") == _NEXT else fields)

    vars(intake)["decode"] = decode
    single.run(name, settings)


def forgetful(name: str, settings: Settings) -> None:
    """Run a counter that acknowledges what it cannot read, and keeps nothing of it."""

    class Forgetful(intake.Intake):
        async def _make_dead(self, partition: int, stream_id: bytes, *rest: object) -> None:
            await self._redis.xack(keys.views(partition), keys.GROUP, stream_id)

    vars(service)["Intake"] = Forgetful
    single.run(name, settings)


async def _write_next(redis: Client, events: int) -> None:
    for n in range(events):
        fields = {**entry.encode(new_entry(view())), b"v": _NEXT}
        async with redis.pipeline(transaction=True) as pipe:
            pipe.xadd(keys.views(n % PARTITIONS), fields)
            pipe.hincrby(keys.total(n % PARTITIONS), "accepted", ledger.views_in(fields))
            await pipe.execute()


async def _letters(redis: Client) -> list[dead.Letter]:
    return [letter for p in range(PARTITIONS) async for letter in dead.letters(redis, p)]
