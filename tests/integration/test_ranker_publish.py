"""What is published of a ranking: the list, its movement, its history, and the moment it last changed."""

import pytest
from redis.exceptions import ResponseError

from services.ranker.lists import Ranking
from services.ranker.publish import Outranked, Publisher
from shared import history, keys, listing
from shared.listing import Listed, Listing
from tests.integration.ranker_site import NOON, SITE, standing

MINUTE = 60.0
HOUR = 3_600.0
DAY = 86_400.0


def ranked(*entries: tuple[str, int], weight: float = 1.0) -> Ranking:
    """Return a ranking of articles with their views, each view worth `weight` now."""
    return Ranking(tuple(Listed(article_id, views * weight, views) for article_id, views in entries))


FIRST = ranked(("a", 3), ("b", 2))


async def snapshots(redis, name="trending"):
    return await redis.xrange(keys.history(SITE, name))


async def put_snapshot(redis, moment, entries, name="trending"):
    fields = {"s": history.encode(entries), "m": b"of-other-times"}
    await redis.xadd(keys.history(SITE, name), fields, id=f"{int(moment * 1000)}-0")


async def test_a_list_carries_its_generation_its_window_and_its_entries(redis):
    ranking = Ranking((Listed("a", 3.0, 147),), since=NOON - HOUR)

    await Publisher(redis).publish(SITE, "most-read:1h", ranking, generation=7, now=NOON)

    assert await standing(redis, "most-read:1h") == Listing(
        generation=7, changed_at=NOON, since=NOON - HOUR, entries=ranking.entries, past=()
    )


async def test_movement_is_against_the_list_in_force_an_hour_ago(redis):
    await put_snapshot(redis, NOON - HOUR - 20 * MINUTE, [("long-ago", 1.0)])
    await put_snapshot(redis, NOON - HOUR - MINUTE, [("b", 9.0), ("a", 1.5)])
    await put_snapshot(redis, NOON - HOUR + MINUTE, [("a", 9.0)])

    await Publisher(redis).publish(SITE, "trending", FIRST, generation=1, now=NOON)

    assert (await standing(redis, "trending")).past == ("b", "a")


async def test_movement_goes_on_as_history_does(redis):
    await put_snapshot(redis, NOON - HOUR - MINUTE, [("b", 9.0)])
    await put_snapshot(redis, NOON - HOUR + MINUTE / 2, [("a", 9.0)])
    publisher = Publisher(redis)

    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON + MINUTE)

    assert (await standing(redis, "trending")).past == ("a",)


async def test_there_is_no_movement_before_there_is_an_hour_of_history(redis):
    await put_snapshot(redis, NOON - HOUR + MINUTE, [("a", 1.0)])

    await Publisher(redis).publish(SITE, "trending", FIRST, generation=1, now=NOON)

    assert (await standing(redis, "trending")).past == ()


async def test_the_moment_of_change_stays_while_nothing_but_weight_changes(redis):
    publisher = Publisher(redis)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await publisher.publish(SITE, "trending", ranked(("a", 3), ("b", 2), weight=0.5), 1, NOON + HOUR)

    assert (await standing(redis, "trending")).changed_at == NOON
    assert (await standing(redis, "trending")).entries[0].value == 1.5


@pytest.mark.parametrize(
    "changed",
    [
        ranked(("b", 2), ("a", 3)),
        ranked(("a", 4), ("b", 2)),
        ranked(("a", 3)),
        ranked(("a", 3), ("b", 2), ("c", 1)),
    ],
    ids=["order", "views", "one gone", "one more"],
)
async def test_the_moment_of_change_moves_with_ids_order_and_views(redis, changed):
    publisher = Publisher(redis)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await publisher.publish(SITE, "trending", changed, generation=1, now=NOON + 1)

    assert (await standing(redis, "trending")).changed_at == NOON + 1


async def test_the_moment_of_change_outlives_a_change_of_leader(redis):
    await Publisher(redis).publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await Publisher(redis).publish(SITE, "trending", FIRST, generation=2, now=NOON + 5)

    assert (await standing(redis, "trending")).generation == 2
    assert (await standing(redis, "trending")).changed_at == NOON


async def test_a_list_nobody_can_read_is_written_over(redis):
    await redis.set(keys.listing(SITE, "trending"), b"00000000000000000001 is no list")

    await Publisher(redis).publish(SITE, "trending", FIRST, generation=1, now=NOON)

    assert (await standing(redis, "trending")).entries == FIRST.entries


async def test_an_unchanged_list_is_left_alone_for_a_while_and_then_put_back(redis):
    publisher = Publisher(redis)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await redis.delete(keys.listing(SITE, "trending"))

    assert not await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON + 9)
    assert await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON + 10)
    assert (await standing(redis, "trending")).entries == FIRST.entries


async def test_a_window_that_moves_on_is_written_though_its_views_stay(redis):
    publisher = Publisher(redis)
    early, late = (Ranking(FIRST.entries, since=NOON + hours * HOUR) for hours in (0, 1))
    await publisher.publish(SITE, "most-read:1h", early, generation=1, now=NOON)
    await publisher.publish(SITE, "most-read:1h", late, generation=1, now=NOON + 1)

    assert (await standing(redis, "most-read:1h")).since == NOON + HOUR


async def test_history_takes_one_snapshot_a_minute_and_only_of_what_changed(redis):
    publisher = Publisher(redis)
    moments = {
        0: FIRST,  # the first list
        30: ranked(("a", 4), ("b", 2)),  # changed, in the same minute
        60: ranked(("a", 4), ("b", 2)),  # the next minute
        120: ranked(("a", 4), ("b", 2), weight=0.9),  # only weights have shrunk
        180: ranked(("b", 5), ("a", 4)),  # changed again
    }
    for seconds, ranking in moments.items():
        await publisher.publish(SITE, "trending", ranking, generation=1, now=NOON + seconds)

    written = [int(entry_id.split(b"-")[0]) / 1000 - NOON for entry_id, _ in await snapshots(redis)]
    assert written == [0, 60, 180]
    assert (await history.at(redis, SITE, "trending", NOON + 59.9)).entries == (("a", 3.0), ("b", 2.0))
    assert (await history.at(redis, SITE, "trending", NOON + 150)).entries == (("a", 4.0), ("b", 2.0))
    assert (await history.at(redis, SITE, "trending", NOON + 9_000)).entries == (("b", 5.0), ("a", 4.0))
    assert await history.at(redis, SITE, "trending", NOON - 0.001) is None


async def test_a_new_leader_writes_no_snapshot_of_what_history_knows(redis):
    await Publisher(redis).publish(SITE, "trending", FIRST, generation=1, now=NOON)
    await Publisher(redis).publish(SITE, "trending", FIRST, generation=2, now=NOON + 5 * MINUTE)
    await Publisher(redis).publish(SITE, "trending", ranked(("b", 9)), generation=3, now=NOON + 30)

    assert len(await snapshots(redis)) == 1


async def test_a_snapshot_holds_a_hundred_and_a_change_below_makes_no_other(redis):
    publisher = Publisher(redis)
    long = [(f"article-{n}", 500 - n) for n in range(150)]
    await publisher.publish(SITE, "trending", ranked(*long), generation=1, now=NOON)
    await publisher.publish(SITE, "trending", ranked(*long[:149]), generation=1, now=NOON + MINUTE)

    assert len(await snapshots(redis)) == 1
    assert len((await history.at(redis, SITE, "trending", NOON)).entries) == 100
    assert len((await standing(redis, "trending")).entries) == 149


async def test_snapshots_of_an_hour_borrow_the_ids_of_its_first(redis):
    publisher = Publisher(redis)
    ids = [f"{n * 7919 % 1009:x}-{n * 104729 % 10007:x}-{n**5 % 99991:x}" for n in range(100)]
    lists = [[(article_id, 1_000 + minute) for article_id in ids[minute:]] for minute in range(4)]
    for minute, entries in enumerate(lists):
        await publisher.publish(SITE, "trending", ranked(*entries), 1, NOON + 58 * MINUTE + minute * MINUTE)

    whole, borrowed, next_hour, last = [len(fields[b"s"]) for _, fields in await snapshots(redis)]
    assert borrowed < whole / 2
    assert last < next_hour / 2
    for minute, entries in enumerate(lists):
        snapshot = await history.at(redis, SITE, "trending", NOON + 58 * MINUTE + minute * MINUTE)
        assert list(snapshot.entries) == entries


async def test_an_hour_that_begins_with_what_nobody_can_read_costs_only_movement(redis):
    await redis.xadd(keys.history(SITE, "trending"), {"s": b"no snapshot"}, id=f"{int(NOON * 1000)}-0")
    publisher = Publisher(redis)

    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON + 5 * MINUTE)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON + HOUR)

    assert (await history.at(redis, SITE, "trending", NOON + HOUR)).entries == (("a", 3.0), ("b", 2.0))
    assert (await standing(redis, "trending")).past == ()


async def test_history_keeps_what_was_in_force_seven_days_ago_and_nothing_older(redis):
    publisher = Publisher(redis)
    days_ago = {days: ranked((f"{days}-days-ago", 1), ("b", 1)) for days in (20, 15, 3)}
    for days, ranking in days_ago.items():
        await publisher.publish(
            SITE, "trending", ranked(("first-of-the-hour", 1), ("b", 1)), 1, NOON - days * DAY
        )
        await publisher.publish(SITE, "trending", ranking, 1, NOON - days * DAY + MINUTE)

    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)

    assert len(await snapshots(redis)) == 5
    assert await history.at(redis, SITE, "trending", NOON - 16 * DAY) is None
    in_force = await history.at(redis, SITE, "trending", NOON - 7 * DAY)
    assert in_force.entries == (("15-days-ago", 1.0), ("b", 1.0))


async def test_a_zombie_with_an_old_generation_writes_nothing(redis):
    zombie = Publisher(redis)
    await zombie.publish(SITE, "trending", FIRST, generation=4, now=NOON)
    await Publisher(redis).publish(SITE, "trending", ranked(("new", 9)), generation=5, now=NOON + 1)
    list_before, history_before = await standing(redis, "trending"), await snapshots(redis)

    with pytest.raises(Outranked) as refusal:
        await zombie.publish(SITE, "trending", ranked(("old", 1)), generation=4, now=NOON + 5 * MINUTE)

    assert refusal.value.generation == 5
    assert await standing(redis, "trending") == list_before
    assert await snapshots(redis) == history_before


@pytest.mark.parametrize("wrong", ["list", "history"])
async def test_a_key_of_the_wrong_type_stops_the_script_before_it_writes(redis, wrong):
    keys_of = {"list": keys.listing(SITE, "trending"), "history": keys.history(SITE, "trending")}
    publisher = Publisher(redis)
    await publisher.publish(SITE, "trending", FIRST, generation=1, now=NOON)
    untouched = {name: await redis.dump(key) for name, key in keys_of.items() if name != wrong}
    await redis.delete(keys_of[wrong])
    await redis.sadd(keys_of[wrong], "something else")

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await publisher.publish(SITE, "trending", ranked(("new", 9)), generation=1, now=NOON + HOUR)

    assert await redis.smembers(keys_of[wrong]) == {b"something else"}
    for name, value in untouched.items():
        assert await redis.dump(keys_of[name]) == value


async def test_the_first_digits_of_a_list_are_its_generation(redis):
    """What the script compares is what shared/listing.py writes."""
    await Publisher(redis).publish(SITE, "trending", FIRST, generation=12, now=NOON)

    value = await redis.get(keys.listing(SITE, "trending"))
    assert value[:20] == b"00000000000000000012"
    assert listing.decode(value).generation == 12
