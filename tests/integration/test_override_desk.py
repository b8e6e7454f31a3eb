"""What the desk does with overrides: set, replaced, listed, lifted, told and audited."""

import json
from datetime import UTC, datetime, timedelta

import httpx
from prometheus_client import CollectorRegistry

from shared import keys
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.override import Override
from tests.desks import OTHER_SITE, SITE, changes, put
from tests.overriding import wanted


async def ask(desk: httpx.AsyncClient, action: str, article_id: str = "a", **given: object) -> httpx.Response:
    return await desk.put("/v1/override", json=wanted(action, article_id, **given))


async def listed(desk: httpx.AsyncClient, site: str = SITE) -> list[dict[str, object]]:
    answer = await desk.get("/v1/overrides", params={"site": site})
    assert answer.json()["site"] == site
    found: list[dict[str, object]] = answer.json()["overrides"]
    return found


async def test_an_override_is_stored_and_listed_as_it_was_asked_for(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=89)

    answer = await ask(desk, "sponsor", position=3, label="Ad by Acme", until=until.isoformat())

    assert answer.status_code == 200, answer.text
    assert answer.json() == {"site": SITE, "id": "a", "outcome": "stored"}
    [one] = await listed(desk)
    since = datetime.fromisoformat(str(one.pop("since")))
    assert abs(since - datetime.now(UTC)) < timedelta(minutes=5)
    assert one == {
        "id": "a",
        "title": "The story of a",
        "action": "sponsor",
        "position": 3,
        "label": "Ad by Acme",
        "until": until.isoformat().replace("+00:00", "Z"),
        "by": "A. Editor",
        "reason": "It matters",
    }
    stored = Override.decode(await redis.hget(keys.override(SITE), "a"))
    assert (stored.position, stored.until) == (3, until.timestamp())
    assert await listed(desk, OTHER_SITE) == []


async def test_an_article_has_one_override_and_the_last_one_counts(desk: httpx.AsyncClient):
    await put(desk, "a")
    await ask(desk, "pin", position=1)

    answer = await ask(desk, "boost", factor=0.5)

    assert answer.json()["outcome"] == "replaced"
    assert [(one["action"], one["factor"]) for one in await listed(desk)] == [("boost", 0.5)]


async def test_an_alias_names_its_article(desk: httpx.AsyncClient):
    await put(desk, "a", aliases=["old-slug"])

    answer = await ask(desk, "ban", "old-slug")

    assert answer.json()["id"] == "a"
    assert [one["id"] for one in await listed(desk)] == ["a"]


async def test_the_override_of_a_merged_article_is_that_of_the_article_it_became(
    desk: httpx.AsyncClient, redis: Client
):
    await put(desk, "a")
    await put(desk, "b")
    await ask(desk, "pin", "b")
    await desk.post("/v1/article/merge", json={"site": SITE, "from": "b", "into": "a"})

    assert [(one["id"], one["action"]) for one in await listed(desk)] == [("a", "pin")]
    assert (await ask(desk, "ban", "a")).json()["outcome"] == "replaced"
    assert await redis.hkeys(keys.override(SITE)) == [b"a"]


async def test_a_lifted_override_is_gone(desk: httpx.AsyncClient):
    await put(desk, "a", aliases=["old-slug"])
    await ask(desk, "pin")

    asked = {"site": SITE, "id": "old-slug", "by": "B. Editor", "reason": "A mistake"}
    answer = await desk.delete("/v1/override", params=asked)

    assert answer.json() == {"site": SITE, "id": "a", "outcome": "lifted"}
    assert await listed(desk) == []


async def test_a_position_is_free_again_when_its_override_is_lifted_or_over(
    desk: httpx.AsyncClient, redis: Client
):
    for article_id in ("a", "b", "c"):
        await put(desk, article_id)
    await ask(desk, "pin", "a", position=2)
    taken = await ask(desk, "pin", "b", position=2)
    await desk.delete("/v1/override", params={"site": SITE, "id": "a", "by": "A. Editor"})

    assert taken.status_code == 409
    assert (await ask(desk, "pin", "b", position=2)).json()["outcome"] == "stored"

    over = Override.decode(await redis.hget(keys.override(SITE), "b")).model_copy(update={"until": 1.0})
    await redis.hset(keys.override(SITE), "b", over.encode())
    assert (await ask(desk, "pin", "c", position=2)).json()["outcome"] == "stored"


async def test_a_pin_and_a_slot_may_share_a_position_and_so_may_two_sites(desk: httpx.AsyncClient):
    await put(desk, "a")
    await put(desk, "b")
    await put(desk, "a", site=OTHER_SITE)

    answers = [
        await ask(desk, "pin", "a", position=1),
        await ask(desk, "sponsor", "b", position=1),
        await ask(desk, "pin", "a", position=1, site=OTHER_SITE),
    ]

    assert [one.status_code for one in answers] == [200, 200, 200]


async def test_a_pin_may_be_set_again_at_its_own_position(desk: httpx.AsyncClient):
    await put(desk, "a")
    await ask(desk, "pin", position=4)

    assert (await ask(desk, "pin", position=4, reason="Still")).json()["outcome"] == "replaced"


async def test_every_change_is_audited_and_told_to_the_followers(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a")
    before = await redis.xlen(keys.AUDIT), len(await changes(redis))

    await ask(desk, "pin", position=1)
    asked = {"site": SITE, "id": "a", "by": "B. Editor", "reason": "Yesterday's news"}
    await desk.delete("/v1/override", params=asked)

    audited = [fields for _, fields in await redis.xrange(keys.AUDIT)][before[0] :]
    assert [(one[b"who"], one[b"action"], one[b"id"]) for one in audited] == [
        (b"A. Editor", b"pin", b"a"),
        (b"B. Editor", b"lift", b"a"),
    ]
    assert json.loads(audited[0][b"override"])["reason"] == "It matters"
    assert audited[1][b"reason"] == b"Yesterday's news"
    told = (await changes(redis))[before[1] :]
    assert told == [{b"site": SITE.encode(), b"aliases": b"", b"override": b"a"}] * 2


async def test_a_follower_of_the_catalogue_knows_every_override(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", aliases=["old-slug"])
    await ask(desk, "ban")
    catalogue = Catalogue(redis, [SITE])
    await catalogue.load()
    now = (await redis.time())[0]

    assert catalogue[SITE].in_force(now).unranked == {"a"}
    await ask(desk, "boost", factor=3)
    await catalogue._read_changes()
    assert catalogue[SITE].in_force(now).factors == {"a": 3.0}
    assert catalogue[SITE].aliases["old-slug"] == "a", "nothing else was forgotten"
    await put(desk, "a", title="Another headline")
    await catalogue._read_changes()
    assert catalogue[SITE].in_force(now).factors == {"a": 3.0}


async def test_overrides_are_counted_by_action(desk: httpx.AsyncClient, registry: CollectorRegistry):
    await put(desk, "a")
    await ask(desk, "pin")
    await ask(desk, "boost")
    await desk.delete("/v1/override", params={"site": SITE, "id": "a", "by": "A. Editor"})

    def counted(action: str) -> float | None:
        return registry.get_sample_value("groundswell_desk_changes_total", {"action": action})

    assert [counted(action) for action in ("pin", "boost", "lift", "ban")] == [1, 1, 1, 0]


async def test_a_key_of_a_wrong_type_stops_an_override_with_nothing_written(
    desk: httpx.AsyncClient, redis: Client
):
    await put(desk, "a")
    before = await redis.xlen(keys.AUDIT), len(await changes(redis))
    await redis.set(keys.override(SITE), "not a hash")

    answer = await ask(desk, "ban")

    assert answer.status_code == 503
    assert (await redis.xlen(keys.AUDIT), len(await changes(redis))) == before
