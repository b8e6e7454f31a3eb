"""What is kept in memory of the rows' hours."""

import time

import pytest

from services.query.read import row_hours
from services.query.read.partitions import Partitions
from services.query.read.row_hours import RowHours
from shared import keys
from shared.connection import Client
from shared.hours import HOUR, hour_stamp

SITE = "news.example"


async def test_it_is_bounded_and_what_was_forgotten_is_read_again(
    redis: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_hours, "MOST_KEPT", 50)
    now = time.time()
    stamps = [hour_stamp(now - hours_ago * HOUR) for hours_ago in range(23, -1, -1)]
    for stamp in stamps:
        await redis.zadd(keys.hour(0, SITE, stamp), {f"a{n}": n + 1 for n in range(10)})
    hours = RowHours(redis, Partitions(redis, 1))

    for wanted in (["a1", "a2"], ["a2", "a3", "gone"], [f"a{n}" for n in range(10)], [], ["a1"]):
        found = await hours.views(SITE, wanted, stamps)

        assert found == {one: [0 if one == "gone" else int(one[1:]) + 1] * 24 for one in wanted}
        assert sum(len(hour.views) for hour in hours._kept.values()) <= 50
