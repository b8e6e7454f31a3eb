"""Who may talk to the desk, and what it says to the others."""

import json

import httpx
import pytest
from prometheus_client import CollectorRegistry

from tests.desks import WITH_KEY, Refused, article, client_of, desk_at

JSON = {"content-type": "application/json"}
GOOD = json.dumps(article()).encode()


ENDPOINTS = [
    "GET /v1/article?site=news.example&id=a",
    "PUT /v1/article",
    "DELETE /v1/article?site=news.example&id=a",
    "POST /v1/articles",
    "POST /v1/article/merge",
    "POST /v1/article/correct",
    "PUT /v1/override",
    "DELETE /v1/override?site=news.example&id=a&by=me",
    "GET /v1/overrides?site=news.example",
    "GET /openapi.json",
]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic desk-key"}, {"x-key": "desk-key"}],
)
async def test_without_the_key_nothing_is_answered(
    desk: httpx.AsyncClient,
    refused: Refused,
    endpoint: str,
    headers: dict[str, str],
):
    desk.headers.pop("authorization")

    answer = await desk.request(*endpoint.split(), content=GOOD, headers={**JSON, **headers})

    await refused(answer, "401 wrong-key")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_desk_without_a_key_is_closed(
    redis_url: str, refused: Refused, registry: CollectorRegistry, endpoint: str
):
    async with desk_at(redis_url, registry, desk_key=None) as service, client_of(service, WITH_KEY) as client:
        answer = await client.request(*endpoint.split(), content=GOOD, headers=JSON)

    await refused(answer, "403 key-not-configured")


async def test_keys_may_be_digests_and_several(redis_url: str):
    digest = "sha256:7caa62a0c4d5ffbd4a3c2e2ac2e4b2ab5ec8ea0bd9cfb4bd2a9f6c5a3d9e1f10"
    async with desk_at(redis_url, desk_key=f"{digest}, desk-key") as service, client_of(service) as client:
        assert (await client.put("/v1/article", json=article())).status_code == 200


async def test_no_other_page_may_read_the_desk(desk: httpx.AsyncClient):
    answer = await desk.put("/v1/article", json=article(), headers={"origin": "https://evil.example"})
    preflight = await desk.options("/v1/article", headers={"origin": "https://evil.example"})

    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


async def test_the_desk_describes_itself(desk: httpx.AsyncClient):
    answer = await desk.get("/openapi.json")

    paths = answer.json()["paths"]
    described = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert described - {"GET /", "GET /icon.svg"} | {"GET /openapi.json"} == {
        endpoint.partition("?")[0] for endpoint in ENDPOINTS
    }
    assert {"GET /", "GET /icon.svg"} <= described
    assert "/openapi.json" in answer.headers["link"]
