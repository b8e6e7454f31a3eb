"""`groundswell serve` starts everything, says so in one line, and ends everything."""

import json
import signal
import stat
from urllib.parse import urlsplit

import psutil
import pytest

from tests.end_to_end.conftest import Serve
from tests.serving import PROCESSES, SITE, Serving, alive, run


async def test_the_ready_line_names_every_address_and_every_process(serving: Serving):
    line = serving.stdout.read_bytes()

    assert line.count(b"\n") == 1
    document = json.loads(line)
    assert list(document) == ["ready", "url", "desk", "management", "redis_url", "pids"]
    assert document["ready"] is True
    assert set(document["management"]) == set(PROCESSES)
    assert set(document["pids"]) == {*PROCESSES, "redis"}
    started = {process.pid for process in serving.processes()}
    assert {pid for pids in document["pids"].values() for pid in pids} == started - {serving.process.pid}
    addresses = [document["url"], document["desk"], *document["management"].values(), document["redis_url"]]
    assert all(urlsplit(address).hostname == "127.0.0.1" for address in addresses)
    assert len({urlsplit(address).port for address in addresses}) == 7


async def test_every_process_answers_on_its_management_port_and_nowhere_else(serving: Serving):
    for name in PROCESSES:
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await serving.http.get(serving.management[name] + path)).status_code == 200
    for path in ("/livez", "/readyz", "/metrics"):
        assert (await serving.http.get(path)).status_code == 404
        assert (await serving.http.get(serving.desk + path)).status_code == 404


async def test_one_origin_takes_a_view_and_answers_a_count(serving: Serving):
    view = await serving.http.post("/v1/views", json={"site": SITE, "article": "a"})
    counts = await serving.http.get("/v1/counts", params={"site": SITE, "ids": "a"})

    assert (view.status_code, view.headers["x-groundswell-outcome"]) == (202, "accepted")
    assert counts.status_code == 200
    assert list(counts.json()["counts"]) == ["a"]


async def test_pages_served_from_the_public_address_may_post_views(serving: Serving):
    own = await serving.http.post(
        "/v1/views", json={"site": SITE, "article": "a"}, headers={"origin": serving.url}
    )
    foreign = await serving.http.post(
        "/v1/views", json={"site": SITE, "article": "a"}, headers={"origin": "https://elsewhere.example"}
    )

    assert foreign.headers["x-groundswell-reason"] == "foreign-origin"
    assert own.headers["x-groundswell-outcome"] == "accepted"


async def test_missing_keys_are_made_once_where_nobody_else_can_read_them(serve: Serve):
    async with serve() as first:
        mode = stat.S_IMODE((first.data_dir / "keys.toml").stat().st_mode)
        keys = first.keys
        answer = await first.http.post("/v1/views/batch", content=b"[]", headers=first.bearer("batch"))

    assert mode == 0o600
    assert set(keys) == {"batch_key", "desk_key", "newsroom_key", "redis_password"}
    assert answer.status_code not in (401, 403)
    async with serve() as second:
        assert second.keys == keys


async def test_a_key_that_is_given_is_used_and_not_written_down(serve: Serve):
    async with serve(env={"GROUNDSWELL_BATCH_KEY": "one of my own"}) as serving:
        answer = await serving.http.post(
            "/v1/views/batch", content=b"[]", headers={"authorization": "Bearer one of my own"}
        )

        assert answer.status_code not in (401, 403)
        assert "batch_key" not in serving.keys
        assert "one of my own" not in (serving.data_dir / "keys.toml").read_text()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_every_process_and_the_status_is_0(serving: Serving, signum: signal.Signals):
    processes = serving.processes()

    assert serving.end(signum) == 0
    assert len(processes) == 6
    assert not alive(processes)
    assert serving.stdout.read_bytes().count(b"\n") == 1
    assert not (serving.data_dir / "serve.json").exists()


async def test_other_commands_find_what_runs_only_while_it_does(serving: Serving):
    nobody = run("counter", "--site", SITE, cwd=serving.data_dir, env={"GROUNDSWELL_DATA_DIR": "nowhere"})
    known = json.loads((serving.data_dir / "serve.json").read_text())

    assert nobody.returncode == 2
    assert nobody.stderr == (
        "groundswell: nothing runs on nowhere: start `groundswell serve` first, or give --redis-url\n"
    )
    assert known["redis_url"] == serving.document["redis_url"]
    assert stat.S_IMODE((serving.data_dir / "serve.json").stat().st_mode) == 0o600


async def test_a_redis_of_ones_own_is_used_and_left_running(serve: Serve, redis_url: str, redis):
    async with serve("--redis-url", redis_url) as serving:
        names = {process.name() for process in serving.processes()}
        await serving.http.post("/v1/views", json={"site": SITE, "article": "a"})

        assert serving.document["redis_url"] == redis_url
        assert serving.document["pids"]["redis"] == []
        assert "valkey-server" not in names
        assert "redis_password" not in serving.keys

    assert await redis.hget("gs:total:{0}", "accepted") == b"1"
    assert psutil.Process().is_running()
