"""What `groundswell doctor` finds of lists, feeds, addresses, backups, overrides and services."""

import time

import pytest

from services.cli.doctor import lists as looking
from services.cli.doctor.addresses import addresses
from services.cli.doctor.backups import backups
from services.cli.doctor.connected import connected
from services.cli.doctor.feeds import feeds
from services.cli.doctor.finding import Level
from services.cli.doctor.lists import lists, ranker
from services.cli.doctor.overrides import overrides
from shared import arrivals, backup_state, hours, keys, listing
from shared.connection import Client, connect
from shared.feed_state import FeedState, write_state
from shared.listing import Listed, Listing
from tests.doctors import SITE, case_of, in_redis
from tests.overriding import override, put

HOUR, DAY = 3_600, 86_400
FEED = "https://news.example/feed.xml"


async def publish(redis: Client, views: int) -> None:
    """Publish a list with one article, which has so many views."""
    trending = Listing(1, time.time(), None, (Listed("/a", 1.0, views),), ())
    await redis.set(keys.listing(SITE, listing.TRENDING), listing.encode(trending))


async def test_a_list_that_follows_its_counts_is_well(redis: Client):
    await publish(redis, 7)
    await redis.hset(keys.count(0, SITE), "/a", 7)

    [found] = await in_redis(lists, redis)

    assert found.level == Level.OK


async def test_a_list_that_stands_still_is_wrong(redis: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "_PATIENCE", 0.0)
    await publish(redis, 7)
    await redis.hset(keys.count(0, SITE), "/a", 8)

    [found] = await in_redis(lists, redis)

    assert (found.level, found.what) == (Level.WRONG, f"the list of {SITE} does not follow its counts")


async def test_a_site_without_a_list_is_wrong(redis: Client):
    [missing] = await in_redis(lists, redis)
    await redis.set(keys.listing(SITE, listing.TRENDING), "no list")
    [broken] = await in_redis(lists, redis)

    assert missing.level == broken.level == Level.WRONG


async def test_without_a_leading_ranker_lists_stand_still(redis: Client):
    [none] = await in_redis(ranker, redis)
    await redis.set(keys.lease("ranker"), "one", px=60_000)
    [leads] = await in_redis(ranker, redis)

    assert (none.level, leads.level) == (Level.WRONG, Level.OK)


@pytest.mark.parametrize(
    ("tried", "succeeded", "error", "level"),
    [
        (10, 10, "", Level.OK),
        (None, None, "", Level.WARNING),
        (10, 10, "3 entries have no link", Level.WARNING),
        (10, 600, "it answers 503", Level.WARNING),
        (10, 2 * HOUR, "it answers 503", Level.WRONG),
        (10, None, "it answers 404", Level.WRONG),
        (2 * HOUR, 2 * HOUR, "", Level.WRONG),
    ],
)
async def test_how_a_feed_goes_is_told_in_words(
    redis: Client, tried: float | None, succeeded: float | None, error: str, level: Level
):
    now = time.time()
    if tried is not None:
        moment = 0.0 if succeeded is None else now - succeeded
        await write_state(redis, SITE, FeedState(FEED, now - tried, moment, error))

    [found] = await in_redis(feeds, redis, case_of(feed=(f"{SITE}={FEED}",)))

    assert found.level == level
    assert error in found.what


async def test_without_feeds_there_is_nothing_to_say_about_them(redis: Client):
    [found] = await in_redis(feeds, redis)

    assert (found.level, found.what) == (Level.OK, "none is followed")


@pytest.mark.parametrize(
    ("field", "value", "level"),
    [
        (arrivals.HEAVIEST, 150, Level.OK),
        (arrivals.HEAVIEST, 400, Level.WARNING),
        (arrivals.UNTRUSTED, 3, Level.WARNING),
        (arrivals.ACCEPTED, 3, Level.OK),
    ],
)
async def test_an_address_that_stands_for_many_readers_is_found(
    redis: Client, field: str, value: int, level: Level
):
    [stamp] = hours.hours_between(time.time() - 1, time.time())[-1:]
    await redis.hset(keys.arrivals(SITE, stamp), field, value)

    [found] = await in_redis(addresses, redis)

    assert found.level == level


@pytest.mark.parametrize(
    ("age", "level"),
    [(HOUR, Level.OK), (30 * HOUR, Level.WARNING), (3 * DAY, Level.WRONG), (None, Level.WARNING)],
)
async def test_the_age_of_the_last_backup_is_judged(redis: Client, age: float | None, level: Level):
    if age is not None:
        await backup_state.made(redis, time.time() - age)

    [found] = await in_redis(backups, redis)

    assert found.level == level


async def test_a_backup_that_failed_since_is_told_with_its_reason(redis: Client):
    await backup_state.made(redis, time.time())
    await backup_state.failed(redis, time.time(), "the disk is full")

    [made, failed] = await in_redis(backups, redis)

    assert (made.level, failed.level) == (Level.OK, Level.WARNING)
    assert "the disk is full" in failed.what


async def test_overrides_that_end_within_the_hour_are_only_told(redis: Client):
    now = time.time()
    await put(
        redis,
        {
            "over": override("pin", until=now - 5),
            "soon": override("boost", until=now + 1_800),
            "later": override("ban", until=now + DAY),
        },
    )

    [found] = await in_redis(overrides, redis)

    assert found.level == Level.OK
    assert found.what == f"2 in force; within the hour end 1: boost of soon on {SITE} in 30 min"


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (("collector", "query", "counter", "ranker", "desk"), Level.OK),
        (("collector", "query", "counter", "ranker"), Level.WARNING),
        (("collector", "query", "ranker", "desk"), Level.WRONG),
    ],
)
async def test_a_service_that_is_not_connected_is_named(
    redis: Client, redis_url: str, names: tuple[str, ...], level: Level
):
    clients = [connect(redis_url, deadline=5, name=name) for name in names]
    for client in clients:
        await client.ping()

    [found] = await in_redis(connected, redis)
    for client in clients:
        await client.aclose()

    assert found.level == level
    assert "counter" in found.what or level == Level.WARNING
