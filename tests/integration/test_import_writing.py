"""Entries of an import are written once, whatever Redis does meanwhile."""

from services.cli.importing.write import entry_id, write_once
from shared import keys, ledger
from shared.connection import Client, connect
from shared.entry import Entry
from tests.entries import view

MARK = (keys.imported(0, "test"), "0")


async def test_an_entry_id_says_when_and_depends_on_the_name() -> None:
    assert Entry(entry_id(1_771_675_200_123, "a"), [view()]).made_ms == 1_771_675_200_123
    assert entry_id(5, "a") == entry_id(5, "a") != entry_id(5, "b")


async def test_a_redis_that_stalls_is_waited_for_and_nothing_is_written_twice(
    redis: Client, redis_url: str
) -> None:
    impatient = connect(redis_url, deadline=0.15, name="impatient")
    await redis.client_pause(800, all=False)  # reads go on, writes hang

    await write_once(impatient, [(0, Entry(entry_id(5, "a"), [view()] * 3))], MARK)

    await impatient.aclose()
    await redis.client_unpause()
    assert (await ledger.read(redis, 0)).undelivered_views == 3
    assert await redis.sismember(*MARK)


async def test_what_is_marked_is_not_written_again_after_a_failure(redis: Client, redis_url: str) -> None:
    entries = [(0, Entry(entry_id(5, "a"), [view()] * 3))]
    await write_once(redis, entries, MARK)
    # The first attempt fails and cannot know that it was through: the second looks at the mark.
    impatient = connect(redis_url, deadline=0.15, name="impatient")
    await redis.client_pause(400, all=False)

    await write_once(impatient, entries, MARK)

    await impatient.aclose()
    await redis.client_unpause()
    assert (await ledger.read(redis, 0)).accepted == 3
