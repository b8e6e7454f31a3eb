"""Whether the user of redis_url may do what the services do.

Each command is put into a transaction, where Redis says at once whether it is
allowed, and the transaction is thrown away: nothing is carried out.
"""

from collections.abc import AsyncIterator
from contextlib import suppress

from redis.exceptions import NoPermissionError, ResponseError

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, unknown, warning, wrong
from shared.connection import UNAVAILABLE, Client

KEY = "gs:doctor"
"""A key that nobody has."""

COMMANDS = (
    *(f"{name} {KEY}" for name in ("DEL", "EXISTS", "TYPE", "UNLINK", "PEXPIRETIME")),
    *(f"{name} {KEY} 1" for name in ("EXPIRE", "PEXPIRE", "PEXPIREAT")),
    *(f"{name} {KEY}" for name in ("GET", "HGETALL", "HKEYS", "HLEN", "HVALS", "SCARD", "SMEMBERS")),
    *(f"{name} {KEY} f" for name in ("HDEL", "HEXISTS", "HGET", "HMGET", "HSCAN", "SADD", "SISMEMBER")),
    *(f"{name} {KEY} f 1" for name in ("HINCRBY", "HSET", "HSETNX")),
    f"GETRANGE {KEY} 0 1",
    f"SET {KEY} 1",
    f"SETRANGE {KEY} 0 x",
    f"SMISMEMBER {KEY} 1",
    f"SSCAN {KEY} 0",
    f"ZADD {KEY} 1 m",
    f"ZCARD {KEY}",
    f"ZCOUNT {KEY} 0 1",
    f"ZINCRBY {KEY} 1 m",
    f"ZMSCORE {KEY} m",
    f"ZRANGE {KEY} 0 1",
    f"ZREM {KEY} m",
    f"ZREMRANGEBYSCORE {KEY} 0 1",
    f"ZSCORE {KEY} m",
    f"XACK {KEY} g 0-1",
    f"XADD {KEY} * f v",
    f"XAUTOCLAIM {KEY} g c 1 0-0",
    f"XCLAIM {KEY} g c 1 0-1",
    f"XDEL {KEY} 0-1",
    f"XGROUP CREATE {KEY} g 0",
    f"XGROUP DELCONSUMER {KEY} g c",
    f"XINFO CONSUMERS {KEY} g",
    f"XINFO GROUPS {KEY}",
    f"XINFO STREAM {KEY}",
    f"XLEN {KEY}",
    f"XPENDING {KEY} g",
    f"XRANGE {KEY} - +",
    f"XREAD STREAMS {KEY} 0",
    f"XREADGROUP GROUP g c STREAMS {KEY} >",
    f"XREVRANGE {KEY} + -",
    f"XTRIM {KEY} MINID 0",
    f"EVAL return 1 {KEY}",
    f"EVAL_RO return 1 {KEY}",
    f"EVALSHA 0 1 {KEY}",
    "SCRIPT LOAD return",
    "SCAN 0",
    f"KEYS {KEY}",
    "TIME",
    "INFO",
    "CLIENT LIST",
)
"""What the services send, and what their scripts call, each in a harmless shape."""


_RULES = (
    "docs/redis.md makes a user for each service; one for all of them needs "
    "ACL SETUSER NAME ~gs:* +@all -@dangerous +info +keys +client|list +config|get"
)


async def permissions(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Ask for every command whether it is allowed."""
    denied, unheard = await _asked(redis)
    told = f"the user of redis_url may not {', '.join(denied)}"
    if denied and case.running is not None and case.running.settings:
        yield wrong("permissions", told, _RULES)
    elif denied:
        # Each service may have a user of its own, who needs less.
        yield warning("permissions", f"{told}, and the services' users are not known from here", _RULES)
    elif unheard:
        yield unknown("permissions", f"Redis does not say about {', '.join(unheard)}")
    else:
        yield ok("permissions", "the user of redis_url may do everything that is needed")


async def _asked(redis: Client) -> tuple[list[str], list[str]]:
    """Return the commands that are not allowed, and those about which something else is said."""
    denied, unheard = [], []
    async with redis.client() as one:
        connection = one.connection
        await _told(connection, ["MULTI"])
        try:
            for command in COMMANDS:
                name = name_of(command)
                try:
                    told = await _told(connection, command.split(" "))
                except NoPermissionError:
                    denied.append(name)
                except ResponseError:
                    unheard.append(name)
                else:
                    if told != b"QUEUED":
                        return denied, [name]  # whatever this is, it carries out what it is sent
        finally:
            with suppress(*UNAVAILABLE):
                await _told(connection, ["DISCARD"])
    return denied, unheard


async def _told(connection: Client, command: list[str]) -> bytes:
    await connection.send_command(*command)
    answer: bytes = await connection.read_response()
    return answer


def name_of(command: str) -> str:
    """Return the name of one of COMMANDS, as access lists have it: `XADD`, `XINFO GROUPS`."""
    first, second = command.split(" ")[:2] if " " in command else (command, "")
    return f"{first} {second}" if first in ("XGROUP", "XINFO", "SCRIPT", "CLIENT") else first
