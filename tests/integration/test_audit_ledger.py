"""The books of a partition, read from a stream in every state it can be in."""

import asyncio

from shared import keys, ledger
from shared.connection import Client
from shared.entry import Entry, View, encode, new_entry_id

SITE = "news.example"
NOON_MS = 1_771_675_200_000


async def accept(redis: Client, views: int, p: int = 0) -> bytes:
    """Put an entry of so many views on the stream, as a collector does, and return its stream id."""
    entry = Entry(new_entry_id(NOON_MS), [View(SITE, "/a", NOON_MS, NOON_MS)] * views)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xadd(keys.views(p), encode(entry))
        pipe.hincrby(keys.total(p), "accepted", views)
        stream_id, _ = await pipe.execute()
    return bytes(stream_id)


async def deliver(redis: Client, entries: int) -> list[bytes]:
    """Hand the next entries to a consumer that does not acknowledge them."""
    answer = await redis.xreadgroup(keys.GROUP, "one", {keys.views(0): ">"}, count=entries)
    return [stream_id for stream_id, _ in answer[0][1]]


async def commit(redis: Client, stream_id: bytes, views: int) -> None:
    """Acknowledge an entry and count its views."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xack(keys.views(0), keys.GROUP, stream_id)
        pipe.hincrby(keys.total(0), "counted", views)
        pipe.hincrby(keys.count(0, SITE), "/a", views)
        await pipe.execute()


async def test_an_empty_database_balances(redis: Client) -> None:
    assert await ledger.read(redis, 0) == ledger.Ledger(p=0)


async def test_without_a_group_every_entry_is_undelivered(redis: Client) -> None:
    await accept(redis, 3)
    await accept(redis, 500)

    books = await ledger.read(redis, 0)

    assert (books.accepted, books.undelivered_views, books.pending_views) == (503, 503, 0)
    assert books.balanced


async def test_delivered_entries_are_pending_until_they_are_acknowledged(redis: Client) -> None:
    for views in (1, 20, 300):
        await accept(redis, views)
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    first, _ = await deliver(redis, 2)
    await commit(redis, first, 1)

    books = await ledger.read(redis, 0)

    assert (books.counted, books.pending_views, books.undelivered_views) == (1, 20, 300)
    assert books.balanced


async def test_an_acknowledged_entry_that_is_still_on_the_stream_is_no_backlog(redis: Client) -> None:
    await accept(redis, 7)
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    [only] = await deliver(redis, 1)
    await commit(redis, only, 7)

    books = await ledger.read(redis, 0)

    assert (books.pending_views, books.undelivered_views) == (0, 0)
    assert books.balanced


async def test_a_lost_view_shows_as_a_difference(redis: Client) -> None:
    await accept(redis, 7)
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    [only] = await deliver(redis, 1)
    await commit(redis, only, 6)

    assert (await ledger.read(redis, 0)).difference == 1


async def test_a_view_counted_twice_shows_as_a_difference(redis: Client) -> None:
    await accept(redis, 7)
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    [only] = await deliver(redis, 1)
    await commit(redis, only, 8)

    assert (await ledger.read(redis, 0)).difference == -1


async def test_counts_that_nobody_counted_show_in_the_second_check(redis: Client) -> None:
    await redis.hset(keys.count(0, "other.example"), "/b", 5)
    await redis.hset(keys.total(0), "starting", 3)

    books = await ledger.read(redis, 0)

    assert books.difference == 0
    assert books.counts_difference == 2
    assert not books.balanced


async def test_other_partitions_do_not_mix_in(redis: Client) -> None:
    await accept(redis, 5, p=1)
    await redis.hset(keys.count(11, SITE), "/a", 9)

    assert await ledger.read(redis, 0) == ledger.Ledger(p=0)
    assert (await ledger.read(redis, 1)).undelivered_views == 5


async def test_the_books_balance_at_every_moment_of_a_running_stream(redis: Client) -> None:
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    stop = asyncio.Event()

    async def produce() -> None:
        views = 0
        while not stop.is_set():
            views = views % 40 + 1
            await accept(redis, views)

    async def consume() -> None:
        while not stop.is_set():
            answer = await redis.xreadgroup(keys.GROUP, "one", {keys.views(0): ">"}, count=5)
            for stream_id, fields in answer[0][1] if answer else []:
                await commit(redis, stream_id, ledger.views_in(fields))
                await redis.xtrim(keys.views(0), minid=stream_id, approximate=False)

    running = [asyncio.create_task(produce()), asyncio.create_task(produce()), asyncio.create_task(consume())]
    books = [await ledger.read(redis, 0) for _ in range(25)]
    stop.set()
    await asyncio.gather(*running)

    assert all(book.balanced for book in books if book.steady)
    assert any(book.steady for book in books)
    assert books[-1].accepted > books[0].accepted


def test_the_views_of_an_entry_are_known_without_decoding_it() -> None:
    for views in (1, 15, 16, 500):
        entry = Entry(new_entry_id(NOON_MS), [View(SITE, "/a", NOON_MS, NOON_MS)] * views)
        assert ledger.views_in(encode(entry)) == views
    assert ledger.views_in({b"v": b"9", b"b": b"nonsense"}) == 0
    assert ledger.views_in({}) == 0
