"""What a backup is made of and what comes out of it: a Redis with something of everything in it."""

import time
from typing import Any

from shared import keys
from shared.connection import Client
from shared.partition import load_plan
from tests.entries import SITE, committing, deliver, entry, put, view
from tests.published import article, catalogue, publish

PARTITIONS = 2


async def everything(redis: Client) -> dict[bytes, Any]:
    """Return every value there is, and when it expires."""
    found = {}
    for key in await redis.keys("*"):
        kind = await redis.type(key)
        if kind == b"hash":
            value: Any = await redis.hgetall(key)
        elif kind == b"zset":
            value = await redis.zrange(key, 0, -1, withscores=True)
        elif kind == b"set":
            value = await redis.smembers(key)
        elif kind == b"stream":
            info = await redis.xinfo_stream(key)
            groups = [
                (group["name"], group["last-delivered-id"], group["entries-read"])
                for group in await redis.xinfo_groups(key)
            ]
            pending = [
                [(one["message_id"], one["consumer"], one["times_delivered"]) for one in await rows]
                for rows in [redis.xpending_range(key, name, "-", "+", 1_000) for name, *_ in groups]
            ]
            value = await redis.xrange(key), info["last-generated-id"], info["entries-added"], groups, pending
        else:
            value = await redis.get(key)
        found[key] = (kind, value, await redis.pexpiretime(key))
    return found


async def fill_it(redis: Client) -> None:
    """Count views in two partitions, leave some pending and some undelivered, and publish what came of it."""
    await load_plan(redis, PARTITIONS, time.time())
    for p in range(PARTITIONS):
        await redis.xgroup_create(keys.views(p), keys.GROUP, id="0", mkstream=True)
        intake = committing(redis, partitions=PARTITIONS)
        for n in range(3):
            await put(
                redis,
                [entry(*(view(f"/{n}", ago=n * 40_000, visitor=v, event=9 * n + v) for v in range(9)))],
                p,
            )
        await deliver(redis, intake, p)
        await put(redis, [entry(view(visitor=77))], p)
        await redis.xreadgroup(keys.GROUP, "gone", {keys.views(p): ">"})
        await put(redis, [entry(view(visitor=78), view(visitor=79))], p)
    await catalogue(redis, article("a", aliases=["b"]), article("c"))
    await publish(redis, "trending", {"a": (0.1 + 0.2, 147)})
    await redis.xadd(keys.history(SITE, "trending"), {"s": b"\xff\x00"}, id="5-0")
    await redis.hset(keys.override(SITE), "a", '{"action": "ban"}')
    await redis.set(keys.salt("20260221"), b"secret-salt-of-the-day", ex=1000)
    await redis.set(keys.lease("ranker"), "me")
    await redis.hset(keys.import_head("log"), mapping={"from_line": 7, "salt": "secret-salt-of-an-import"})
