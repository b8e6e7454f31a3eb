"""How what was spooled comes back: oldest first, once, not too late, and with the id it had."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.collector.circuit import Circuit
from services.collector.spool.file import Attempt
from services.collector.spool.replay import Replay
from services.collector.spool.spool import DIRECTORY, Spool
from services.collector.streams import Packed, Pen, Streams
from shared import dead, keys
from shared.connection import Client
from shared.entry import decode, new_entry_id
from shared.metrics import SpoolMetrics
from tests.entries import entry, now_ms, totals, view
from tests.own_redis import OwnRedis
from tests.spooling import books, count_all, own_redis

HOUR = 3_600


class ForgetfulStreams(Streams):
    """Gives every entry a new id when it is sent: the negative control of the audit."""

    async def put(self, partition: int, writer: str, entries: Iterable[tuple[int, Packed]]) -> None:
        fresh = [(number, _renamed(packed)) for number, packed in entries]
        await super().put(partition, writer, fresh)


def _renamed(packed: Packed) -> Packed:
    name = new_entry_id(now_ms())
    return Packed(name, packed.views, {**packed.fields, b"e": name.encode()})


class Stage:
    """A spool beside a Redis, and its replay."""

    def __init__(self, server: OwnRedis, data_dir: Path, streams: type[Streams] = Streams) -> None:
        self.registry = CollectorRegistry()
        metrics = SpoolMetrics(self.registry)
        self.now = 0.0
        self.data_dir = data_dir
        self.held_back: set[int] = set()
        self.circuits: defaultdict[int, Circuit] = defaultdict(Circuit)
        self.streams = streams(server.client, HOUR)
        self.spool = Spool(data_dir / DIRECTORY, 1_000_000, metrics, lambda: now_ms() / 1000 + self.now)
        self.replay = Replay(
            server.client,
            self.spool,
            self.streams,
            metrics,
            max_age=HOUR,
            circuits=self.circuits,
            held_back=self.held_back,
            now=lambda: now_ms() / 1000 + self.now,
        )

    async def wait(self, *packed: Packed, attempt: Attempt | None = None, partition: int = 0) -> None:
        """Put entries into the spool."""
        await self.spool.add(partition, [(attempt, one) for one in packed])


def packed(articles: Iterable[str]) -> list[Packed]:
    """Return entries of one view each, without visitors: nothing but their ids tells a repeat."""
    return [Packed.of(entry(view(article))) for article in articles]


async def articles(redis: Client) -> list[str]:
    """Return the articles on the stream, in its order."""
    rows = await redis.xrange(keys.views(0))
    return [view.article for _, fields in rows for view in decode(fields).views]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[OwnRedis]:
    async with own_redis(tmp_path / "redis") as running:
        yield running


@pytest.fixture
async def stage(server: OwnRedis, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(server, tmp_path / "var")
    yield made
    await made.spool.close()


async def test_what_waited_longest_comes_first_with_the_id_it_had(stage: Stage, server: OwnRedis) -> None:
    waiting = packed([f"/{n}" for n in range(120)])
    for one in waiting:
        await stage.wait(one)

    await stage.replay.round()

    rows = await server.client.xrange(keys.views(0))
    assert [fields[b"e"].decode() for _, fields in rows] == [one.entry_id for one in waiting]
    assert stage.spool.entries == 0
    assert await totals(server.client) == {"accepted": 120}
    assert stage.registry.get_sample_value("groundswell_entries_replayed_total") == 120


async def test_an_entry_that_was_written_before_it_was_spooled_is_recognised(
    stage: Stage, server: OwnRedis
) -> None:
    pen, [one] = Pen(), packed(["/a"])
    await stage.streams.put(0, pen.writer, pen.sign([one]))
    await stage.wait(one, attempt=Attempt(pen.writer, 1))
    [before] = await books(server, stage.data_dir)

    await stage.replay.round()

    assert (before.accepted, before.spooled_views, before.balanced) == (1, 0, True)
    assert await count_all(server.client) == 1
    [book] = await books(server, stage.data_dir)
    assert (book.accepted, book.resent, book.repeated, book.balanced) == (1, 1, 1, True)


async def test_a_write_that_arrives_after_its_replay_is_recognised_too(
    stage: Stage, server: OwnRedis
) -> None:
    pen, [one] = Pen(), packed(["/a"])
    late = pen.sign([one])
    await stage.wait(one, attempt=Attempt(pen.writer, 1))
    await stage.replay.round()

    await stage.streams.put(0, pen.writer, late)

    assert await count_all(server.client) == 1
    [book] = await books(server, stage.data_dir)
    assert (book.accepted, book.resent, book.repeated, book.balanced) == (1, 1, 1, True)


async def test_a_replay_with_another_entry_id_is_caught_by_the_audit(
    server: OwnRedis, tmp_path: Path
) -> None:
    stage = Stage(server, tmp_path / "var", ForgetfulStreams)
    pen, [one] = Pen(), packed(["/a"])
    await Streams(server.client, HOUR).put(0, pen.writer, pen.sign([one]))
    await stage.wait(one, attempt=Attempt(pen.writer, 1))

    await stage.replay.round()
    await stage.spool.close()

    assert await count_all(server.client) == 2
    [book] = await books(server, stage.data_dir)
    assert (book.unrecognised, book.balanced) == (1, False)


async def test_a_partition_that_is_held_back_waits(stage: Stage, server: OwnRedis) -> None:
    await stage.wait(*packed(["/a"]))
    stage.held_back.add(0)
    await stage.replay.round()
    assert stage.spool.entries == 1

    stage.held_back.clear()
    await stage.replay.round()

    assert await articles(server.client) == ["/a"]


async def test_a_partition_that_fails_does_not_hold_up_the_others(stage: Stage, server: OwnRedis) -> None:
    await server.client.set(keys.views(1), "not a stream")
    await stage.wait(*packed(["/b"]), partition=1)
    await stage.wait(*packed(["/a"]))

    await stage.replay.round()

    assert await articles(server.client) == ["/a"]
    assert stage.spool.entries == 1
    assert not stage.circuits[1].closed
    assert await totals(server.client, 1) == {}


async def test_what_waited_for_too_long_becomes_a_dead_letter(stage: Stage, server: OwnRedis) -> None:
    [old] = packed(["/old"])
    await stage.wait(old)
    stage.now = HOUR + 60
    await stage.wait(*packed(["/new"]))

    await stage.replay.round()

    assert await articles(server.client) == ["/new"]
    [letter] = await dead.first(server.client, 0, 10)
    assert (letter.reason, letter.views, letter.fields) == (dead.EXPIRED, 1, old.fields)
    assert stage.registry.get_sample_value("groundswell_entries_expired_total") == 1
    [book] = await books(server, stage.data_dir)
    assert (book.accepted, book.dead, book.undelivered_views, book.balanced) == (2, 1, 1, True)


async def test_what_is_on_its_stream_already_never_becomes_a_dead_letter(
    stage: Stage, server: OwnRedis
) -> None:
    pen, [one] = Pen(), packed(["/a"])
    await stage.streams.put(0, pen.writer, pen.sign([one]))
    await stage.wait(one, attempt=Attempt(pen.writer, 1))
    stage.now = HOUR + 60

    await stage.replay.round()

    assert stage.spool.entries == 0
    assert await dead.first(server.client, 0, 10) == []
    [book] = await books(server, stage.data_dir)
    assert (book.accepted, book.balanced) == (1, True)
