"""What a request says of its reader is nowhere afterwards: everything that is kept and told is searched."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared import hours, keys
from tests.end_to_end.conftest import Serve
from tests.serving import PROCESSES, SITE, Serving, run
from tests.waiting import wait_until

ADDRESSES = ("203.0.113.177", "198.51.100.233", "2001:db8:7a71:7a71::7a71")
AGENT = "zqAgentMark"
AGENTS = (
    f"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 {AGENT}",
    f"Googlebot/2.1 {AGENT}",
    f"{AGENT}\xff\xfe {'x' * 9_000}",
)
PAGE = "zqPageMark"
VISITOR, EVENT, KEY = "zqVisitorMark", "zqEventMark", "zqWrongKeyMark"
MARKS = tuple(mark.encode() for mark in (*ADDRESSES, AGENT, PAGE, VISITOR, EVENT, KEY))

VIEW = {"site": SITE, "article": "/a", "event_id": EVENT}
WRONG: tuple[tuple[str, str, bytes], ...] = (
    ("POST", "/v1/views", b"{"),
    ("POST", "/v1/views", b'{"site": "nobody.example", "article": "/a"}'),
    ("POST", "/v1/views", b'{"site": "news.example", "article": "\x00"}'),
    ("POST", "/v1/views", b"\xff\xfe"),
    ("POST", "/v1/views", b"x" * 10_000),
    ("POST", "/v1/views/batch", b"[]"),
    ("GET", "/v1/view.gif?site=news.example&article=%00", b""),
    ("GET", "/v1/counts?site=nobody.example&ids=a", b""),
    ("GET", "/v1/trending?site=news.example&limit=x", b""),
    ("GET", "/v1/board?site=news.example", b""),
    ("GET", "/nowhere", b""),
    ("BREW", "/v1/views", b""),
)


async def send(serving: Serving, *, address: str, agent: str) -> None:
    """Send what readers send, right and wrong, with everything marked that says who they are."""
    told = {
        "x-forwarded-for": address,
        "user-agent": agent.encode("latin-1"),
        "referer": f"https://{SITE}/{PAGE}?{PAGE}",
    }
    foreign = {"origin": "https://elsewhere.example", "referer": f"https://elsewhere.example/{PAGE}"}
    for headers in ({}, {"sec-gpc": "1"}, foreign):
        await serving.http.post("/v1/views", json=VIEW, headers={**told, **headers})
        await serving.http.get(
            "/v1/view.gif", params={"site": SITE, "article": "/a"}, headers={**told, **headers}
        )
    for method, path, body in WRONG:
        headers = {**told, "authorization": f"Bearer {KEY}", "content-type": "application/json"}
        answer = await serving.http.request(method, path, content=body, headers=headers)
        assert not any(mark in answer.content for mark in MARKS), answer.text
    for path in ("/v1/article", "/v1/overrides"):
        answer = await serving.http.get(
            serving.desk + path, headers={**told, "authorization": f"Bearer {KEY}"}
        )
        assert answer.status_code == 401
        assert not any(mark in answer.content for mark in MARKS)


async def send_broken(serving: Serving) -> None:
    """Send what is no HTTP at all."""
    for line in (b"NONSENSE", b"GET /v1/counts HTTP/9.9", b"POST /v1/views HTTP/1.1\r\ncontent-length: -1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(serving.url).port)
        head = f"x-forwarded-for: {ADDRESSES[0]}\r\nuser-agent: {AGENTS[0]}\r\n\r\n".encode()
        writer.write(line + b"\r\n" + head)
        answer = await reader.read(1_000)
        writer.close()
        assert not any(mark in answer for mark in MARKS)


def kept(data_dir: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file that there is: the append-only file, logs, the spool, backups, settings."""
    for path in sorted(data_dir.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


async def everything_said(serving: Serving) -> bytes:
    """Return what /metrics and /readyz of every process say, and what the newsroom is told."""
    said = [
        await serving.http.get(f"{serving.management[name]}{path}")
        for name in PROCESSES
        for path in ("/metrics", "/readyz")
    ]
    for path in (f"/v1/board?site={SITE}", f"/v1/article?site={SITE}&id=/a", f"/v1/traffic?site={SITE}"):
        said.append(await serving.http.get(path, headers=serving.bearer("newsroom")))
    return b"".join(answer.content for answer in said)


async def test_nothing_of_a_reader_is_kept_or_told_but_a_hash_whose_salt_dies(
    serve: Serve, tmp_path: Path
) -> None:
    async with serve() as serving:
        for address in ADDRESSES:
            for agent in AGENTS:
                await send(serving, address=address, agent=agent)
        await send_broken(serving)
        visit = {"site": SITE, "article": "/a", "visitor": VISITOR, "event_id": EVENT}
        batch = await serving.http.post("/v1/views/batch", json=[visit], headers=serving.bearer("batch"))
        assert batch.json()["accepted"] == 1

        async def counted() -> bool:
            totals = {name: int(n) for name, n in (await serving.redis.hgetall(keys.total(0))).items()}
            gone = totals.get(b"counted", 0) + totals.get(b"duplicates", 0)
            return totals.get(b"accepted", 0) == gone > 0

        await wait_until(counted, "everything is counted")
        backup = run(
            "backup", str(tmp_path / "var" / "a.backup"), "--data-dir", str(tmp_path / "var"), cwd=tmp_path
        )
        assert backup.returncode == 0, backup.stderr
        said = await everything_said(serving)
        salts = {key: await serving.redis.get(key) for key in await serving.redis.keys(keys.salt("*"))}
        for key in salts:
            day = hours.day_start(key.decode().rpartition(":")[2])
            assert 0 < await serving.redis.ttl(key) <= max(day + 172_800 - time.time() + 5, 3_600)
        held = [await serving.redis.dump(key) for key in await serving.redis.keys("*") if key not in salts]
        assert serving.end() == 0

    files = list(kept(tmp_path / "var"))
    assert {path.name for path, _ in files} >= {"test.stderr", "valkey.log", "a.backup", "keys.toml"}
    log = next(content for path, content in files if path.name == "test.stderr")
    assert b'"level": "info"' in log
    for mark in MARKS:
        assert mark not in said
        assert [path for path, content in files if mark in content] == []
    assert len(salts) >= 1
    for key, salt in salts.items():
        assert len(salt) == 32
        assert salt not in said
        assert not any(salt in value for value in held)
        where = [(path, content) for path, content in files if salt in content]
        assert {path.parent.name for path, _ in where} == {"appendonlydir"}
        for _, content in where:
            assert content.count(salt) == content.count(key), "it stands beside its own name and nowhere else"


@pytest.mark.parametrize("mark", [ADDRESSES[0], AGENT])
def test_what_is_kept_would_be_found(tmp_path: Path, mark: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.aof").write_bytes(b"\xff" + mark.encode() + b"\x00")

    assert [path.name for path, content in kept(tmp_path) if any(mark in content for mark in MARKS)] == [
        "a.aof"
    ]
