"""What the board tells of what the newsroom decided, and the board as it was."""

import time

import pytest

from services.query.models import BoardAnswer
from shared import keys
from shared.connection import Client
from shared.hours import HOUR, floor_hour, hour_stamp
from shared.override import Placed, Slot
from tests.histories import Recorder
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, publish, query, refusal


def minutes_ago(minutes: float) -> float:
    """Return a moment in Unix seconds."""
    return time.time() - minutes * 60


def written(moment: float) -> str:
    """Return a moment in Unix seconds as a query has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


async def test_overrides_in_force_are_told_those_that_end_first_before_others(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("p", title="Pinned here"))
    now = time.time()
    await put(
        redis,
        {
            "p": override("pin", position=3, by="B. Editor", reason="The story"),
            "gone": override("ban", until=now + 60),
            "over": override("ban", until=now - 60),
        },
    )

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/board", params={"site": SITE})
    BoardAnswer.model_validate_json(answer.content, strict=True)

    banned, pinned = answer.json()["overrides"]
    assert (banned["id"], banned["action"], banned["title"]) == ("gone", "ban", None)
    assert pinned.pop("since") < pinned.pop("until")
    assert pinned == {
        "id": "p",
        "title": "Pinned here",
        "action": "pin",
        "position": 3,
        "by": "B. Editor",
        "reason": "The story",
    }


async def test_an_override_that_is_set_or_lifted_changes_the_board(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"))
    async with query(redis_url, board="public") as (_, client):
        tags = [(await client.get("/v1/board", params={"site": SITE})).headers["etag"]]
        await put(redis, {"a": override("ban")})
        async with query(redis_url, board="public") as (_, other):
            tags.append((await other.get("/v1/board", params={"site": SITE})).headers["etag"])

    assert len(set(tags)) == 2


@pytest.mark.parametrize("address", [None, "http://desk.example:8002"])
async def test_the_board_knows_where_the_desk_is_if_it_was_told(redis_url: str, address: str | None) -> None:
    async with query(redis_url, board="public", desk_url=address) as (_, client):
        assert (await client.get("/v1/board", params={"site": SITE})).json()["desk_url"] == address


async def test_the_address_of_the_desk_is_for_who_has_the_key(redis_url: str) -> None:
    address = "http://desk.example:8002"
    async with query(redis_url, newsroom_key="key", desk_url=address) as (_, client):
        page = await client.get("/board")
        refused = await client.get("/v1/board", params={"site": SITE})

    assert address not in page.text
    assert address not in refused.text


async def test_the_board_as_it_was_has_the_list_and_the_hours_of_then(redis: Client, redis_url: str) -> None:
    await catalogue(redis, *map(article, "abps"))
    then = minutes_ago(180)
    placed = Placed(pins=((2, "p"),), slots=(Slot(1, "s", "Ad"),))
    for moment, ids in ((then - HOUR, "ba"), (then, "ab")):
        await Recorder(redis).record(moment, ids, placed=placed)
    await publish(redis, "trending", {"b": (2.0, 20)})
    await put(redis, {"a": override("ban")})
    for hours_ago, views in ((0, 7), (1, 50), (24, 900)):
        stamp = hour_stamp(floor_hour(then) - hours_ago * HOUR)
        await redis.zadd(keys.hour(0, SITE, stamp), {"a": views})
    await redis.zadd(keys.hour(0, SITE, hour_stamp(time.time())), {"a": 10_000})

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/board", params={"site": SITE, "at": written(then + 60)})
    BoardAnswer.model_validate_json(answer.content, strict=True)

    found = answer.json()
    assert [(row["id"], row["rank"], row["movement"], row["source"]) for row in found["data"]] == [
        ("s", None, None, "sponsored"),
        ("a", 1, 1, "trending"),
        ("p", 2, 0, "pinned"),
        ("b", 3, -1, "trending"),
    ]
    row = found["data"][1]
    assert row["hours"] == [0] * 22 + [50, 7]
    assert 7 <= row["views_per_hour"] <= 50
    assert [hour["views"] for hour in found["traffic"]["hours"]] == row["hours"]
    assert found["meta"]["at"] == written(then + 60)
    assert "overrides" not in found


async def test_a_moment_of_which_nothing_is_known_is_refused_by_name(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"))
    await Recorder(redis).record(minutes_ago(60), "a")

    async with query(redis_url, board="public") as (_, client):
        for at in (minutes_ago(120), minutes_ago(-10), minutes_ago(8 * 24 * 60)):
            answer = await client.get("/v1/board", params={"site": SITE, "at": written(at)})

            assert refusal(answer) == (400, "bad-parameter", "at")
        found = await client.get("/v1/board", params={"site": SITE, "at": written(minutes_ago(30))})
        assert [row["id"] for row in found.json()["data"]] == ["a"]


async def test_the_past_is_the_newsrooms(redis_url: str) -> None:
    async with query(redis_url, newsroom_key="key") as (_, client):
        answer = await client.get("/v1/board", params={"site": SITE, "at": written(minutes_ago(1))})

    assert answer.status_code == 401
