"""A service that was backed up while it was read, and one that is served from the backup elsewhere."""

import asyncio
import json
from pathlib import Path
from typing import Any

from services.cli.backup.archive import read_head, records
from shared.repeat import every
from shared.tasks import end
from tests.end_to_end.conftest import Serve
from tests.overriding import wanted
from tests.serving import SITE, Serving, run
from tests.waiting import wait_until

COUNTS = "/v1/counts?ids=first,second-draft,third,banned,read-alone"
STORIES = {"first": 6, "second": 4, "third": 2, "banned": 9}


async def put_stories(serving: Serving) -> None:
    """Catalogue the stories, one of them with an alias, and have them read."""
    articles = [
        {
            "id": one,
            "url": f"https://{SITE}/{one}",
            "title": one.title(),
            "published_at": "2026-02-21T17:09:00Z",
            "aliases": [f"{one}-draft"],
        }
        for one in STORIES
    ]
    await desk(serving, "POST", "/v1/articles", json=articles)
    await desk(serving, "PUT", "/v1/override", json=wanted("ban", "banned"))
    readings = [one for one, times in STORIES.items() for _ in range(times)]
    views = [{"site": SITE, "article": one, "visitor": f"reader-{n}"} for n, one in enumerate(readings)]
    await send(serving, views)
    await wait_until(lambda: ranked(serving), "the stories are ranked", 30)


async def send(serving: Serving, views: list[dict[str, str]]) -> None:
    answer = await serving.http.post("/v1/views/batch", json=views, headers=serving.bearer("batch"))
    assert answer.json()["accepted"] == len(views), answer.text


async def desk(serving: Serving, method: str, path: str, **given: Any) -> Any:
    answer = await serving.http.request(
        method, serving.desk + path, params={"site": SITE}, headers=serving.bearer("desk"), **given
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ranked(serving: Serving) -> bool:
    """Return whether the lists that are refreshed often are of what was read."""
    for name in ("trending", "most-read"):
        asked = {"site": SITE, "list": name, **({"window": "1h"} if name == "most-read" else {})}
        rows = (await serving.http.get("/v1/trending", params=asked)).json()["data"]
        if [one["id"] for one in rows if one["source"] == name] != ["first", "second", "third"]:
            return False
    return True


async def answers(serving: Serving) -> dict[str, Any]:
    """Return what readers and the newsroom are told."""
    found: dict[str, Any] = {}
    for asked in (
        COUNTS,
        "/v1/trending?limit=10",
        "/v1/trending?list=most-read&window=1h",
        "/v1/trending?list=rising",
        "/v1/article?id=first",
        "/v1/article/history?id=first",
    ):
        answer = await serving.http.get(f"{asked}&site={SITE}", headers=serving.bearer("newsroom"))
        assert answer.status_code == 200, answer.text
        found[asked] = told(answer.json())
    found["overrides"] = await desk(serving, "GET", "/v1/overrides")
    return found


def told(answer: Any) -> Any:
    """Return an answer without what moves with the clock: weights, moments, and lists made once a minute."""
    passing = {"meta", "weights", "rate", "rising", "from", "to", "points", "ranks", "listed_since"}
    if isinstance(answer, dict):
        return {name: told(value) for name, value in answer.items() if name not in passing}
    return [told(one) for one in answer] if isinstance(answer, list) else answer


async def test_what_is_served_from_a_backup_is_what_was_served(serve: Serve, tmp_path: Path) -> None:
    here, there = tmp_path / "var", tmp_path / "elsewhere"
    async with serve() as serving:
        await wait_until(lambda: list((here / "backups").glob("*.backup")), "the backup of the day is made")
        await put_stories(serving)

        async def be_read() -> None:
            await send(serving, [{"site": SITE, "article": "read-alone"}] * 50)

        reading = asyncio.create_task(every(0.05, "reading", be_read))
        under_load = await asyncio.to_thread(
            run, "backup", str(tmp_path / "load.backup"), "--data-dir", str(here), cwd=tmp_path
        )
        await end([reading])
        assert under_load.returncode == 0, under_load.stderr

        async def at_rest() -> bool:
            audit = run("audit", "--json", "--data-dir", str(here), cwd=tmp_path)
            books = json.loads(audit.stdout)["partitions"]
            return not any(book["pending_views"] or book["undelivered_views"] for book in books)

        await wait_until(at_rest, "all views are counted")
        before = await answers(serving)
        at_work = run("restore", str(tmp_path / "load.backup"), "--data-dir", str(here), cwd=tmp_path)
        assert at_work.returncode == 2
        assert " is in use by pid " in at_work.stderr
        made = run("backup", str(tmp_path / "a.backup"), "--data-dir", str(here), cwd=tmp_path)
        assert made.returncode == 0, made.stderr

    content = b"".join(repr(record).encode() for record in records(tmp_path / "a.backup"))
    assert b"gs:salt" not in content
    for command in (["load.backup"], ["a.backup", "--replace"]):
        restored = run("restore", *command, "--data-dir", str(there), cwd=tmp_path)
        assert restored.returncode == 0, restored.stderr
    assert "Lost are the views from " in restored.stdout
    [safety] = (there / "backups").glob("before-restore-*.backup")
    assert read_head(safety).accepted == read_head(tmp_path / "load.backup").accepted
    async with serve(data_dir=there) as serving:
        await wait_until(lambda: ranked(serving), "the stories are ranked", 30)
        assert await answers(serving) == before
        assert run("audit", "--data-dir", str(there), cwd=tmp_path).returncode == 0
        await send(serving, [{"site": SITE, "article": "first", "visitor": "new"}])

        async def counted() -> bool:
            return bool((await answers(serving))[COUNTS]["counts"]["first"] == STORIES["first"] + 1)

        await wait_until(counted, "it counts on")
