"""Overrides end by themselves, and the desk sweeps out what is left of them."""

from prometheus_client import CollectorRegistry

from services.desk.overrides.writing import sweep_out
from shared import keys
from shared.connection import Client
from tests.desks import SITE, changes, desk_at
from tests.overriding import override, put
from tests.waiting import wait_until


async def test_a_started_desk_sweeps_out_what_is_over_and_counts_the_rest(redis: Client, redis_url: str):
    now = (await redis.time())[0]
    await put(
        redis,
        {
            "over": override("pin", until=now - 5),
            "soon": override("boost", until=now + 1),
            "stays": override("ban", until=now + 3_600),
        },
    )
    registry = CollectorRegistry()

    async with desk_at(redis_url, registry) as desk:
        await desk.start()

        async def swept() -> bool:
            return bool(await redis.hkeys(keys.override(SITE)) == [b"stays"])

        await wait_until(swept, "only what is in force is stored")

        def gauge(action: str) -> float | None:
            return registry.get_sample_value("groundswell_overrides_in_force", {"action": action})

        await wait_until(lambda: [gauge(a) for a in ("ban", "pin", "boost")] == [1, 0, 0], "it is counted")
        assert await desk.unready() == []

    assert registry.get_sample_value("groundswell_desk_changes_total", {"action": "expire"}) == 2
    audited = [fields for _, fields in await redis.xrange(keys.AUDIT)]
    assert [(one[b"who"], one[b"action"], one[b"id"]) for one in audited] == [
        (b"groundswell", b"expire", b"over"),
        (b"groundswell", b"expire", b"soon"),
    ]
    assert [one[b"override"] for one in await changes(redis)] == [b"", b"over", b"soon"]


async def test_what_was_set_anew_meanwhile_is_not_swept_out(redis: Client):
    now = (await redis.time())[0]
    await put(redis, {"a": override("pin", until=now + 10), "bad": override("ban")})
    await redis.hset(keys.override(SITE), "bad", "nobody can read this")

    swept = await sweep_out(redis, SITE, now)

    assert swept.out == 0
    assert [one.action for one in swept.in_force] == ["pin"]
    assert sorted(await redis.hkeys(keys.override(SITE))) == [b"a", b"bad"]
