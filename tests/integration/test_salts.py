"""Salts are known before they are needed: midnight passes while Redis is away."""

from services.collector.salts import Salts
from shared.connection import Client, connect
from shared.hours import DAY, day_stamp
from tests.conftest import free_port

NOON = 1_771_675_200.0


class Clock:
    """A clock that is set."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


async def test_the_salts_of_yesterday_today_and_tomorrow_are_known_without_redis(redis: Client) -> None:
    salts = Salts(redis, Clock(NOON))
    await salts.learn()
    days = [day_stamp(NOON + n * DAY) for n in (-1, 0, 1)]

    salts._redis = connect(f"redis://127.0.0.1:{free_port()}", deadline=0.2, name="test")

    known = [await salts.of(day) for day in days]
    assert known == [salts.known(day) for day in days]
    assert len(set(known)) == 3
    await salts._redis.aclose()


async def test_two_collectors_share_the_salts_to_come(redis: Client) -> None:
    one, other = Salts(redis, Clock(NOON)), Salts(redis, Clock(NOON))

    await one.learn()
    await other.learn()

    tomorrow = day_stamp(NOON + DAY)
    assert one.known(tomorrow) == other.known(tomorrow) is not None


async def test_a_salt_whose_day_is_long_over_is_forgotten(redis: Client) -> None:
    clock = Clock(NOON)
    salts = Salts(redis, clock)
    await salts.learn()

    clock.now += 2 * DAY
    await salts.learn()

    assert salts.known(day_stamp(NOON)) is None
    assert salts.known(day_stamp(NOON + 3 * DAY)) is not None
