"""A newsroom at work: it pins, bans, boosts, sponsors, asks why, and takes an attack out again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.hours import HOUR, floor_hour
from tests.end_to_end.conftest import Serve
from tests.overriding import wanted
from tests.serving import SITE, Serving, run
from tests.waiting import wait_until

STORIES = ["quiet", "second", "first", "shown", "attacked"]


async def put_stories(serving: Serving) -> None:
    """Catalogue five stories, and have them read so often: 2, 4, 6, 3 and 500 times."""
    published = datetime.now(UTC) - timedelta(hours=2)
    articles = [
        {
            "id": one,
            "url": f"https://{SITE}/{one}",
            "title": one.title(),
            "published_at": (published - timedelta(minutes=n)).isoformat(),
        }
        for n, one in enumerate(STORIES)
    ]
    await desk(serving, "POST", "/v1/articles", params={"site": SITE}, json=articles)
    reads = {"quiet": 2, "second": 4, "first": 6, "shown": 3, "attacked": 500}
    views = [{"site": SITE, "article": one} for one, times in reads.items() for _ in range(times)]
    answer = await serving.http.post("/v1/views/batch", json=views, headers=serving.bearer("batch"))
    assert answer.json()["accepted"] == 515, answer.text


async def desk(serving: Serving, method: str, path: str, **given: Any) -> httpx.Response:
    answer = await serving.http.request(
        method, serving.desk + path, headers=serving.bearer("desk"), timeout=20, **given
    )
    assert answer.status_code == 200, answer.text
    return answer


async def rows(serving: Serving, **asked: object) -> list[dict[str, Any]]:
    headers = serving.bearer("newsroom") if asked else {}
    answer = await serving.http.get("/v1/trending", params={"site": SITE, **asked}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def shows(serving: Serving, *expected: str) -> None:
    """Wait until the list is this one."""
    last: list[str] = []

    async def so() -> bool:
        last[:] = [one["id"] for one in await rows(serving)]
        return last == list(expected)

    try:
        await wait_until(so, f"the list is {expected}", 30)
    except AssertionError as error:
        raise AssertionError(f"{error}, but {last}") from None


async def test_what_the_newsroom_decides_is_what_readers_see(serve: Serve) -> None:
    async with serve() as serving:
        await put_stories(serving)
        await shows(serving, "attacked", "first", "second", "shown", "quiet")

        await desk(serving, "PUT", "/v1/override", json=wanted("ban", "attacked"))
        await shows(serving, "first", "second", "shown", "quiet")
        await desk(serving, "PUT", "/v1/override", json=wanted("boost", "quiet", factor=10))
        await shows(serving, "quiet", "first", "second", "shown")
        await desk(serving, "PUT", "/v1/override", json=wanted("pin", "second", position=1))
        await shows(serving, "second", "quiet", "first", "shown")
        await desk(serving, "PUT", "/v1/override", json=wanted("sponsor", "shown", position=2))
        await shows(serving, "second", "shown", "quiet", "first")
        listed = (await desk(serving, "GET", "/v1/overrides", params={"site": SITE})).json()["overrides"]
        assert {one["id"]: one["action"] for one in listed} == {
            "attacked": "ban",
            "quiet": "boost",
            "second": "pin",
            "shown": "sponsor",
        }

        headers = serving.bearer("newsroom")
        board = (await serving.http.get("/v1/board", params={"site": SITE}, headers=headers)).json()
        assert [one["id"] for one in board["overrides"]] == [one["id"] for one in listed]
        assert board["desk_url"] == serving.desk

        why = {one["id"]: one["why"] for one in await rows(serving, explain=1)}
        assert why["quiet"]["override"]["factor"] == 10
        assert why["quiet"]["views"] == 2
        assert 19 < 10 * why["quiet"]["weights"]["4h"] <= 20
        assert why["second"]["ranks"]["trending"] == 1
        assert why["first"]["rising"]["r"] > 0

        for one in ("attacked", "quiet", "second", "shown"):
            asked = {"site": SITE, "id": one, "by": "B. Editor"}
            await desk(serving, "DELETE", "/v1/override", params=asked)
        await shows(serving, "attacked", "first", "second", "shown", "quiet")

        this_hour = floor_hour(datetime.now(UTC).timestamp())
        ended = run(
            *("correct", "--site", SITE, "--article", "attacked", "--keep", "1"),
            *("--from", datetime.fromtimestamp(this_hour - HOUR, UTC).isoformat()),
            *("--to", datetime.fromtimestamp(this_hour + HOUR, UTC).isoformat()),
            *("--by", "A. Editor", "--reason", "Bots", "--json", "--data-dir", str(serving.data_dir)),
            cwd=serving.data_dir,
        )
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["views"] == 499
        await shows(serving, "first", "second", "shown", "quiet", "attacked")
        counts = await serving.http.get("/v1/counts", params={"site": SITE, "ids": "attacked"})
        assert counts.json() == {"counts": {"attacked": 1}}
        books = run("audit", "--data-dir", str(serving.data_dir), cwd=serving.data_dir)
        assert books.returncode == 0, books.stdout

        now = datetime.now(UTC)
        then = await rows(serving, at=(now - timedelta(seconds=1)).isoformat())
        assert {one["id"] for one in then} <= set(STORIES)
        audit = [fields for _, fields in await serving.redis.xrange("gs:audit")]
        actions = [one[b"action"].decode() for one in audit]
        assert actions[5:] == [
            *("ban", "boost", "pin", "sponsor", "lift", "lift", "lift", "lift"),
            *("correct", "corrected"),
        ]
