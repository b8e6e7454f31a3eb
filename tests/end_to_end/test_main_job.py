"""The main job on real input: logs, seeds and the demo, through the processes that run in production."""

import gzip
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import psutil

from services.cli import seed_files
from tests.access_logs import real_log
from tests.end_to_end.conftest import Serve
from tests.serving import GROUNDSWELL, SITE, Serving, environment, run
from tests.waiting import wait_until

BLOG = "blog.example"
MATCH = "^/(blog|articles|projects)/"
ASSETS = (".png", ".swf", ".txt", ".jpg", ".gif", ".css", ".js", ".ico", ".xml", ".pdf")
CUBAN = "/world/cuban-advisers-leave-venezuela"


def readings(log: Path) -> Iterator[tuple[str, str]]:
    """Give (article, hour) of each page view of the log, found by cutting its lines at quotes and blanks."""
    for line in gzip.decompress(log.read_bytes()).decode("latin-1").splitlines():
        before, request, status, *_ = line.split('"')
        method, target, *_ = request.split(" ")
        path = target.split("?")[0]
        folder, name = path.split("/")[1], path.rsplit("/", 1)[1]
        if method != "GET" or status.split()[0] not in ("200", "304"):
            continue
        if folder not in ("blog", "articles", "projects") or path.count("/") < 2:
            continue
        if name.lower().endswith(ASSETS):
            continue
        hour = datetime.strptime(before.split("[")[1].split("]")[0], "%d/%b/%Y:%H:%M:%S %z")
        article = quote(unquote(path, "latin-1"), safe="/:@+-._~", encoding="latin-1").rstrip("/")
        yield article, hour.strftime("%Y-%m-%dT%H:00:00Z")


async def counts(serving: Serving, site: str, articles: list[str]) -> Counter[str]:
    """Return the counts of articles, as the public interface answers them."""
    found: Counter[str] = Counter()
    for start in range(0, len(articles), 200):
        ids = articles[start : start + 200]
        answer = await serving.http.get("/v1/counts", params={"site": site, "ids": ",".join(ids)})
        assert answer.status_code == 200, answer.text
        found.update(answer.json()["counts"])
    return found


async def trending(http: httpx.AsyncClient, site: str, **query: str) -> list[str]:
    """Return the ids of a list."""
    answer = await http.get("/v1/trending", params={"site": site, **query})
    assert answer.status_code == 200, answer.text
    return [article["id"] for article in answer.json()["data"]]


def command(serving: Serving, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command beside what runs, and expect it to succeed."""
    ended = run(*arguments, "--data-dir", str(serving.data_dir), cwd=serving.data_dir)
    assert ended.returncode == 0, ended.stderr
    return ended


async def test_the_real_log_is_counted_as_an_independent_count_of_it_says(serve: Serve) -> None:
    log = real_log()
    expected = Counter(article for article, _ in readings(log))
    importing = ("import", "access-log", str(log), "--site", BLOG, "--match", MATCH, "--json")
    everything = (*importing, "--bots", "keep", "--dedupe-window", "0")

    async with serve(sites=[BLOG, "strict.example", "table.example"], partitions=4) as serving:
        first = json.loads(command(serving, *everything).stdout)
        assert first["lines"] == 10_000
        assert first["counted"] == first["accepted"] == first["page_views"] == expected.total()
        assert first["lines"] == first["page_views"] + sum(first["skipped"].values())
        assert first["skipped"]["broken-line"] == 1
        assert await counts(serving, BLOG, sorted(expected)) == expected

        again = json.loads(command(serving, *everything).stdout)
        assert (again["accepted"], again["already_imported"]) == (0, expected.total())
        assert await counts(serving, BLOG, sorted(expected)) == expected

        books = json.loads(command(serving, "audit", "--json").stdout)
        assert books["balanced"]
        assert sum(book["counts_sum"] for book in books["partitions"]) == expected.total()

        await hours_are_those_of_the_log(serving, log, expected)
        assert await trending(serving.http, BLOG) == []
        assert not [key async for key in serving.redis.scan_iter(match="gs:board:*")]

        strict = list(importing)
        strict[strict.index(BLOG)] = "strict.example"
        said = json.loads(command(serving, *strict, "--bots", "drop", "--dedupe-window", "30m").stdout)
        assert said["skipped"]["bot"] > 0
        assert said["duplicates"] > 0
        assert said["page_views"] == expected.total() - said["skipped"]["bot"]
        assert said["counted"] == said["accepted"] - said["duplicates"] < expected.total()
        fewer = await counts(serving, "strict.example", sorted(expected))
        assert fewer.total() == said["counted"]
        assert all(fewer[article] <= expected[article] for article in expected)
        a_table_names_every_reason(serving, log)


async def hours_are_those_of_the_log(serving: Serving, log: Path, expected: Counter[str]) -> None:
    """Compare the views per hour of the most read article with the log's."""
    [(article, total)] = expected.most_common(1)
    answer = await serving.http.get(
        "/v1/article",
        params={"site": BLOG, "id": article, "from": "2015-05-17", "to": "2015-05-21"},
        headers=serving.bearer("newsroom"),
    )
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["views"] == shown["range_views"] == total
    hours = {row["hour"]: row["views"] for row in shown["hours"] if row["views"]}
    assert hours == Counter(hour for found, hour in readings(log) if found == article)


def a_table_names_every_reason(serving: Serving, log: Path) -> None:
    """Import the log for people, into a site of its own."""
    importing = ("import", "access-log", str(log), "--site", "table.example", "--match", MATCH)
    said = command(serving, *importing).stdout

    rows = [line.split() for line in said.splitlines()]
    for reason in ("broken-line", "not-get", "status", "not-matched", "asset", "bot"):
        [row] = [row for row in rows if row[:2] == ["skipped:", reason]]
        assert int(row[2].replace(",", "")) > 0
    assert ["lines", "10,000"] in rows


async def test_the_seeds_show_the_expected_counts_and_list(serve: Serve) -> None:
    async with serve() as serving:
        await the_seeds_are_shown(serving)


async def the_seeds_are_shown(serving: Serving) -> None:
    """Put the seeds in, twice, and see them once."""
    expected = seed_files.expected()

    command(serving, "seed")

    assert await counts(serving, SITE, sorted(expected["views"])) == expected["views"]
    assert (await counts(serving, SITE, [CUBAN]))[CUBAN] == 147
    assert await trending(serving.http, SITE) == expected["trending"]
    front = (await serving.http.get("/demo/")).text
    assert "Cuban Advisers" in front

    assert "in already" in command(serving, "seed").stdout
    assert await counts(serving, SITE, sorted(expected["views"])) == expected["views"]
    assert await trending(serving.http, SITE) == expected["trending"]

    most_read = [article for article, _ in Counter(expected["views"]).most_common()]

    async def listed() -> bool:
        return await trending(serving.http, SITE, list="most-read", window="all") == most_read

    await wait_until(listed, "the most read of all time are listed", seconds=90)

    top = command(serving, "top", "--once").stdout
    assert top.index("Bright Flash") < top.index("Cuban Advisers") < top.index("Museums Send")
    assert "965 accepted  965 counted  0 behind" in top


async def test_the_demo_begins_with_the_seeds_and_moves(tmp_path: Path) -> None:
    stdout, stderr = tmp_path / "stdout", tmp_path / "stderr"
    arguments = [str(GROUNDSWELL), "demo", "--port", "0", "--data-dir", str(tmp_path / "demo")]
    with stdout.open("wb") as out, stderr.open("wb") as err:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment(), cwd=tmp_path
        )
    try:
        await wait_until(
            lambda: process.poll() is not None or stdout.read_bytes().endswith(b"\n"), "the demo runs", 90
        )
        assert process.poll() is None, stderr.read_text()
        document = json.loads(stdout.read_bytes())
        started = psutil.Process(process.pid).children(recursive=True)
        async with httpx.AsyncClient(base_url=document["url"], timeout=20, trust_env=False) as http:
            await the_demo_moves(http)
        assert f"{document['url']}/demo/" in stderr.read_text()
    finally:
        process.terminate()
        ended = process.wait(timeout=60)

    assert ended == 0
    assert not [child for child in started if child.is_running()]


async def the_demo_moves(http: httpx.AsyncClient) -> None:
    """See the seeds, then a count that grows and a list that changes its order."""
    site = "demo.example"

    async def count() -> int:
        answer = await http.get("/v1/counts", params={"site": site, "ids": CUBAN})
        return int(answer.json()["counts"][CUBAN])

    assert await count() == 147
    assert await trending(http, site) == seed_files.expected()["trending"]
    page = (await http.get("/demo/")).text
    assert "147" in page

    async def grown() -> bool:
        return await count() > 147

    async def reordered() -> bool:
        return await trending(http, site) != seed_files.expected()["trending"]

    await wait_until(grown, "a reader came for the article", seconds=60)
    await wait_until(reordered, "a story climbed", seconds=60)
