"""`groundswell serve` starts everything and says so in one line."""

import json
import stat
from urllib.parse import urlsplit

from services.cli.doctor.permissions import COMMANDS, name_of
from shared import backup_state
from tests.serving import PROCESSES, SITE, Serving, run
from tests.waiting import wait_until


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


async def test_missing_keys_are_made_where_nobody_else_can_read_them(serving: Serving):
    answer = await serving.http.post("/v1/views/batch", content=b"[]", headers=serving.bearer("batch"))

    assert stat.S_IMODE((serving.data_dir / "keys.toml").stat().st_mode) == 0o600
    assert set(serving.keys) == {"batch_key", "desk_key", "newsroom_key", "redis_password"}
    assert answer.status_code not in (401, 403)


async def test_other_commands_find_what_runs_only_while_it_does(serving: Serving):
    nobody = run("counter", "--site", SITE, cwd=serving.data_dir, env={"GROUNDSWELL_DATA_DIR": "nowhere"})
    known = json.loads((serving.data_dir / "serve.json").read_text())

    assert nobody.returncode == 2
    assert nobody.stderr == (
        "groundswell: nothing runs on nowhere: start `groundswell serve` first, or give --redis-url\n"
    )
    assert known["redis_url"] == serving.document["redis_url"]
    assert stat.S_IMODE((serving.data_dir / "serve.json").stat().st_mode) == 0o600


async def test_a_data_directory_in_use_is_one_line_that_names_who_uses_it(serving: Serving):
    second = run(
        *("serve", "--site", SITE, "--port", "0", "--data-dir", str(serving.data_dir)), cwd=serving.data_dir
    )

    assert second.returncode == 2
    assert second.stdout == ""
    assert second.stderr.splitlines()[-1] == (
        f"groundswell: data_dir: {serving.data_dir} is in use by pid {serving.process.pid}; "
        "stop it, or give another --data-dir"
    )
    assert await serving.everything_ready()


async def test_the_doctor_finds_all_well_and_knows_how_it_was_started(serving: Serving):
    async def backed_up() -> bool:
        return (await backup_state.read(serving.redis)).at > 0

    await wait_until(backed_up, "the first backup is made")
    ended = run("doctor", "--data-dir", str(serving.data_dir), "--json", cwd=serving.data_dir)

    told = json.loads(ended.stdout)
    assert [one for one in told["findings"] if one["level"] in ("wrong", "unknown")] == []
    assert (ended.returncode, told["well"]) == (0, True)
    findings = {one["name"]: one["what"] for one in told["findings"]}
    assert findings["sites"] == f"1: {SITE}"
    assert findings["processes"] == "ready: web, counter, ranker, desk"


async def test_the_doctor_asks_for_every_command_that_the_services_send(serving: Serving):
    sent = {name.removeprefix("cmdstat_") for name in await serving.redis.info("commandstats")}
    connecting = {"auth", "hello", "client|setinfo", "client|setname", "ping", "multi", "exec", "watch"}
    looking = {"discard", "config|get", "acl|log"}

    asked_for = {name_of(command).lower().replace(" ", "|") for command in COMMANDS}

    assert sent - connecting - looking <= asked_for
