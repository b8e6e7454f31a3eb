"""What becomes of an entry that nobody can count: kept, put back or thrown away, with the books equal."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry
from redis.exceptions import ResponseError

from services.counter import Counter, build
from services.counter.group import ensure_group
from services.counter.intake import Intake
from shared import dead, keys, ledger
from shared.connection import Client
from shared.entry import Entry, encode
from shared.settings import Settings
from tests.entries import SITE, committing, deliver, entry, put, totals, view, views_of
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
async def group(redis: Client) -> None:
    await ensure_group(redis, 0)


@pytest.fixture
def intake(redis: Client) -> Intake:
    return committing(redis)


async def accept(redis: Client, fields: dict[bytes, bytes]) -> None:
    """Put an entry on the stream as a collector does that knows another version."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xadd(keys.views(0), fields)
        pipe.hincrby(keys.total(0), "accepted", ledger.views_in(fields))
        await pipe.execute()


def of_version(version: bytes, made: Entry) -> dict[bytes, bytes]:
    return {**encode(made), b"v": version}


async def letters_of(redis: Client) -> list[dead.Letter]:
    return [letter async for letter in dead.letters(redis, 0)]


async def balanced(redis: Client) -> bool:
    return (await ledger.read(redis, 0)).balanced


async def test_a_letter_holds_the_entry_as_it_was_and_why_it_died(redis: Client, intake: Intake):
    made = entry(view(), view("/b"))
    fields = of_version(b"7", made)
    await accept(redis, fields)

    await deliver(redis, intake)

    [letter] = await letters_of(redis)
    assert letter.fields == fields
    assert (letter.reason, letter.views, letter.detail) == ("unknown-version", 2, "b'7'")
    assert letter.at_ms == int(letter.id.partition("-")[0])
    assert await totals(redis) == {"accepted": 2, "dead": 2}
    assert await balanced(redis)


async def test_its_mates_are_counted(redis: Client, intake: Intake):
    await put(redis, [entry(view())])
    await accept(redis, of_version(b"7", entry(view("/poison"))))
    await put(redis, [entry(view())])

    await deliver(redis, intake)

    assert await views_of(redis) == 2
    assert (await redis.xpending(keys.views(0), keys.GROUP))["pending"] == 0
    assert await balanced(redis)


@pytest.mark.parametrize("own", [b"reason", b"views", b"raw.e", b"at"])
async def test_a_field_that_is_named_like_one_of_ours_stays_what_it_was(
    redis: Client, intake: Intake, own: bytes
):
    fields = {**of_version(b"7", entry(view())), own: b"not ours"}
    await accept(redis, fields)

    await deliver(redis, intake)

    [letter] = await letters_of(redis)
    assert letter.fields == fields
    assert (letter.reason, letter.views) == ("unknown-version", 1)


async def test_an_entry_of_a_thousand_fields_is_acknowledged_and_not_lost(redis: Client, intake: Intake):
    fields = {**of_version(b"7", entry(view())), **{b"f%d" % n: b"" for n in range(10_000)}}
    await accept(redis, fields)

    await deliver(redis, intake)

    [letter] = await letters_of(redis)
    assert letter.detail == "b'7'; 9503 more fields were not kept"
    assert len(letter.fields) == 500
    assert await balanced(redis)


async def test_a_replayed_entry_counts_once_it_can_be_read(redis: Client, intake: Intake):
    made = entry(view(visitor=1), view(visitor=2))
    await dead.bury(redis, 0, encode(made), reason="unknown-version", detail="")
    assert await totals(redis) == {"accepted": 2, "dead": 2}
    [letter] = await letters_of(redis)

    assert await dead.replay(redis, letter)
    assert await balanced(redis)
    await deliver(redis, intake)

    assert await views_of(redis) == 2
    assert await letters_of(redis) == []
    assert await totals(redis) == {"accepted": 2, "counted": 2, "dead": 0}


async def test_a_letter_is_replayed_once_however_often_it_is_asked(redis: Client, intake: Intake):
    await dead.bury(redis, 0, encode(entry(view())), reason="unknown-version", detail="")
    [letter] = await letters_of(redis)

    answers = [await dead.replay(redis, letter) for _ in range(3)]
    await deliver(redis, intake)

    assert answers == [True, False, False]
    assert await views_of(redis) == 1
    assert await balanced(redis)


async def test_a_replayed_entry_that_is_still_bad_is_a_letter_again(redis: Client, intake: Intake):
    await accept(redis, of_version(b"7", entry(view())))
    await deliver(redis, intake)
    [first] = await letters_of(redis)

    await dead.replay(redis, first)
    await deliver(redis, intake)

    [again] = await letters_of(redis)
    assert again.fields == first.fields
    assert again.id != first.id
    assert await totals(redis) == {"accepted": 1, "dead": 1}
    assert await balanced(redis)


async def test_an_entry_that_had_been_counted_all_the_same_counts_nothing_again(
    redis: Client, intake: Intake
):
    made = entry(view())
    await put(redis, [made])
    await deliver(redis, intake)
    await dead.bury(redis, 0, encode(made), reason=dead.EXPIRED, detail="two days in the spool")
    [letter] = await letters_of(redis)

    await dead.replay(redis, letter)
    await deliver(redis, intake)

    assert await views_of(redis) == 1
    assert await totals(redis) == {"accepted": 2, "counted": 1, "repeated": 1, "dead": 0}


async def test_a_purged_letter_is_gone_and_in_the_books(redis: Client):
    await dead.bury(redis, 0, encode(entry(view(), view())), reason="undecodable", detail="")
    [letter] = await letters_of(redis)

    assert await dead.purge(redis, letter)
    assert not await dead.purge(redis, letter)

    assert await letters_of(redis) == []
    assert await totals(redis) == {"accepted": 2, "dead": 0, "purged": 2}
    assert await balanced(redis)


async def test_beyond_the_bound_the_oldest_letter_goes_and_the_books_say_so(
    redis: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dead, "MOST", 3)
    for views in (5, 1, 1, 1):
        made = entry(*[view()] * views)
        last = await dead.bury(redis, 0, encode(made), reason="undecodable", detail="")

    assert last.trimmed == 1
    assert [letter.views for letter in await letters_of(redis)] == [1, 1, 1]
    assert await totals(redis) == {"accepted": 8, "dead": 3, "dead_trimmed": 5}
    assert await balanced(redis)


async def test_an_entry_that_another_counter_acknowledged_is_not_buried(redis: Client, intake: Intake):
    await accept(redis, of_version(b"7", entry(view())))
    [[_, raw]] = await redis.xreadgroup(keys.GROUP, "zombie", {keys.views(0): ">"})
    await intake.take(0, raw)

    await intake.take(0, raw)

    assert len(await letters_of(redis)) == 1
    assert await totals(redis) == {"accepted": 1, "dead": 1}


@pytest.mark.parametrize("broken", [keys.dead(0), keys.total(0)])
async def test_a_key_of_a_wrong_type_leaves_the_entry_pending(redis: Client, intake: Intake, broken: str):
    await accept(redis, of_version(b"7", entry(view())))
    await redis.delete(broken)
    await redis.set(broken, "not ours")

    await deliver(redis, intake)

    assert (await redis.xpending(keys.views(0), keys.GROUP))["pending"] == 1
    assert await redis.get(broken) == b"not ours"


async def test_a_full_redis_replays_nothing_and_loses_nothing(redis: Client):
    await dead.bury(redis, 0, encode(entry(view())), reason="undecodable", detail="")
    [letter] = await letters_of(redis)
    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(ResponseError, match="maxmemory"):
            await dead.replay(redis, letter)
    finally:
        await redis.config_set("maxmemory", 0)

    assert await letters_of(redis) == [letter]
    assert await redis.xlen(keys.views(0)) == 0
    assert await balanced(redis)


@pytest.fixture
async def counter(redis_url: str) -> AsyncIterator[tuple[Counter, CollectorRegistry]]:
    registry = CollectorRegistry()
    settings = Settings(site=(SITE,), redis_url=redis_url, reclaim_after=0.1)  # type: ignore[arg-type]
    running = build(settings, registry)
    await running.start()
    yield running, registry
    await running.stop()


async def test_an_entry_that_fails_again_and_again_is_no_letter_unless_it_is_at_fault(
    redis: Client, counter: tuple[Counter, CollectorRegistry]
):
    _, registry = counter
    await redis.set(keys.count(0, "broken.example"), "not ours")
    await put(redis, [entry(view(), view()._replace(site="broken.example")), entry(view())])

    async def delivered() -> int:
        rows = await redis.xpending_range(keys.views(0), keys.GROUP, "-", "+", 1)
        return int(rows[0]["times_delivered"]) if rows else 0

    async def often() -> bool:
        return await delivered() > 6

    await wait_until(often, "it has been delivered more than five times")
    assert await letters_of(redis) == []
    assert await views_of(redis) == 1, "its mate is counted"
    await redis.delete(keys.count(0, "broken.example"))

    async def settled() -> bool:
        return await delivered() == 0

    await wait_until(settled, "it is counted once the key is right")
    assert await totals(redis) == {"accepted": 3, "counted": 3}
    assert registry.get_sample_value("groundswell_dead_letters", {"partition": "0"}) == 0


async def test_a_running_counter_shows_its_letters(redis: Client, counter: tuple[Counter, CollectorRegistry]):
    _, registry = counter
    await accept(redis, of_version(b"7", entry(view())))

    def shown() -> bool:
        return registry.get_sample_value("groundswell_dead_letters", {"partition": "0"}) == 1

    await wait_until(shown, "the gauge shows the letter")
    dead_entries = registry.get_sample_value("groundswell_entries_dead_total", {"defect": "unknown-version"})
    assert dead_entries == 1
