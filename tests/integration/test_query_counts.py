"""The number beside the headline, asked over HTTP."""

import asyncio
from urllib.parse import quote

import pytest
from prometheus_client import CollectorRegistry

from services.query.models import CountsAnswer
from services.query.operations import COUNTS
from shared.connection import Client
from shared.http import Handler, Request, Response
from tests.published import SITE, article, catalogue, count, query, refusal
from tests.waiting import wait_until


@pytest.mark.parametrize("partitions", [1, 4])
async def test_counts_are_added_up_over_the_partitions(
    redis: Client, redis_url: str, partitions: int
) -> None:
    await count(redis, {"a": 147, "b": 3, "other": 9}, partitions=partitions)

    async with query(redis_url) as (_, client):
        answer = await client.get("/v1/counts", params={"site": SITE, "ids": "a,b,never-read"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"counts": {"a": 147, "b": 3, "never-read": 0}}
    CountsAnswer.model_validate_json(answer.content, strict=True)


async def test_the_keys_of_the_answer_are_the_ids_as_asked(redis: Client, redis_url: str) -> None:
    await count(redis, {"caf%C3%A9": 1, "a%2Cb": 2, "x+y": 3, "/world/a": 4})

    async with query(redis_url) as (_, client):
        asked = ["café", "a%2Cb", "x+y", "/world/a"]
        ids = ",".join(quote(one, safe="") for one in asked)
        encoded = await client.get(f"/v1/counts?site={SITE}&ids={ids}")
        as_a_form = await client.get("/v1/counts", params={"site": SITE, "ids": ",".join(asked)})

    assert encoded.json() == {"counts": dict(zip(asked, [1, 2, 3, 4], strict=True))}
    assert as_a_form.json() == encoded.json()


async def test_an_alias_has_the_count_of_its_article(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a", aliases=("old-slug",)))
    await count(redis, {"a": 12})

    async with query(redis_url) as (_, client):
        answer = await client.get("/v1/counts", params={"site": SITE, "ids": "old-slug,a,/a"})

    assert answer.json() == {"counts": {"old-slug": 12, "a": 12, "/a": 12}}


async def test_a_partition_that_is_added_later_is_added_up(redis: Client, redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        assert (await client.get("/v1/counts", params={"site": SITE, "ids": "a"})).json()["counts"] == {
            "a": 0
        }
        await count(redis, {"a": 40}, partitions=4)

        async def seen() -> bool:
            answer = await client.get("/v1/counts", params={"site": SITE, "ids": "a"})
            return bool(answer.json()["counts"]["a"] == 40)

        await wait_until(seen, "all four partitions are added up")


async def test_many_who_ask_at_once_cost_one_round_of_redis(redis: Client, redis_url: str) -> None:
    await count(redis, {f"a{n}": n for n in range(300)}, partitions=4)
    async with query(redis_url) as (service, client):
        await client.get("/v1/counts", params={"site": SITE, "ids": "warm"})
        before = (await redis.info("commandstats"))["cmdstat_hmget"]["calls"]
        ask = service.app.handlers["/v1/counts"]["GET"]  # type: ignore[union-attr]

        answers = await together(ask, [f"site={SITE}&ids=a{n},a{n + 100}" for n in range(200)])

        after = (await redis.info("commandstats"))["cmdstat_hmget"]["calls"]
    assert [one.status for one in answers] == [200] * 200
    assert answers[199].body == b'{"counts":{"a199":199,"a299":299}}'
    assert after - before == 4


async def together(ask: Handler, queries: list[str]) -> list[Response]:
    """Return the responses of a handler to queries that arrive in one turn of the loop."""

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    requests = [Request({"query_string": one.encode(), "headers": []}, receive) for one in queries]
    return await asyncio.gather(*(ask(one) for one in requests))


BAD = [
    ("ids=a", (400, "bad-parameter", "site")),
    ("site=&ids=a", (400, "bad-parameter", "site")),
    ("site=other.example&ids=a", (404, "unknown-site", "site")),
    (f"site={SITE}", (400, "bad-parameter", "ids")),
    (f"site={SITE}&ids=", (400, "bad-parameter", "ids")),
    (f"site={SITE}&ids=a,,b", (422, "bad-article-id", "ids")),
    (f"site={SITE}&ids=a%00b", (422, "bad-article-id", "ids")),
    (f"site={SITE}&ids=a%0Ab", (422, "bad-article-id", "ids")),
    (f"site={SITE}&ids={'a' * 4_097}", (422, "bad-article-id", "ids")),
    (f"site={SITE}&ids=%FF", (400, "bad-parameter", None)),
    (f"site={SITE}&ids=a&ids=b", (400, "bad-parameter", "ids")),
    (f"site={SITE}&ids=a&limit=5", (400, "unknown-parameter", "limit")),
    (f"site={SITE}&ids=" + ",".join(str(n) for n in range(201)), (400, "too-many-ids", "ids")),
    ("&".join(f"p{n}=1" for n in range(60)), (400, "bad-parameter", None)),
]


@pytest.mark.parametrize(("asked", "expected"), BAD, ids=[asked[:40] for asked, _ in BAD])
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in COUNTS.problems}
    async with query(redis_url) as (_, client):
        assert refusal(await client.get(f"/v1/counts?{asked}")) == expected


async def test_two_hundred_ids_are_answered(redis: Client, redis_url: str) -> None:
    await count(redis, {"199": 5})

    async with query(redis_url) as (_, client):
        ids = ",".join(str(n) for n in range(200))
        counts = (await client.get(f"/v1/counts?site={SITE}&ids={ids}")).json()["counts"]

    assert len(counts) == 200
    assert counts["199"] == 5


async def test_any_page_may_ask_and_caches_are_told_for_how_long(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.get(f"/v1/counts?site={SITE}&ids=a")
        refused = await client.get("/v1/counts")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "etag" in answer.headers["access-control-expose-headers"]
    assert "s-maxage=1," in answer.headers["cache-control"]
    assert "stale-if-error" in answer.headers["cache-control"]
    assert "vary" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["cache-control"] == "no-store"


async def test_an_unchanged_count_is_not_sent_again(redis: Client, redis_url: str) -> None:
    await count(redis, {"a": 1})
    address = f"/v1/counts?site={SITE}&ids=a"
    async with query(redis_url) as (_, client):
        first = await client.get(address)
        again = await client.get(address, headers={"if-none-match": first.headers["etag"]})
        await count(redis, {"a": 2})

        async def changed() -> bool:
            answer = await client.get(address, headers={"if-none-match": first.headers["etag"]})
            return answer.status_code == 200 and answer.json() == {"counts": {"a": 2}}

        await wait_until(changed, "the new count is sent")

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert "content-length" not in again.headers
    assert not first.headers["etag"].startswith("W/")


async def test_head_says_what_get_would_and_a_preflight_is_allowed(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        address = f"/v1/counts?site={SITE}&ids=a"
        whole, head = await client.get(address), await client.head(address)
        preflight = await client.options(
            address, headers={"origin": "https://a.example", "access-control-request-method": "GET"}
        )
        posted = await client.post(address)

    assert head.content == b""
    assert head.headers == whole.headers
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "GET" in preflight.headers["access-control-allow-methods"]
    assert "content-length" not in preflight.headers
    assert refusal(posted)[:2] == (405, "method-not-allowed")
    assert posted.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_answers_and_refusals_are_counted(redis_url: str) -> None:
    registry = CollectorRegistry()
    async with query(redis_url, registry) as (_, client):
        await client.get(f"/v1/counts?site={SITE}&ids=a")
        await client.get("/v1/counts?site=other.example&ids=a")
        await client.get("/nowhere")

    answered = {"endpoint": "counts", "status": "2xx"}
    assert registry.get_sample_value("groundswell_query_requests_total", answered) == 1
    assert registry.get_sample_value("groundswell_query_requests_total", {**answered, "status": "4xx"}) == 1
    assert registry.get_sample_value("groundswell_query_seconds_count", {"endpoint": "counts"}) == 2
    for reason in ("unknown-site", "not-found"):
        assert registry.get_sample_value("groundswell_query_refused_total", {"reason": reason}) == 1
