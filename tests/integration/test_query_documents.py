"""/openapi.json and /docs, as they are served."""

import pytest
from prometheus_client import CollectorRegistry

from services.query import build
from services.query.operations import ALWAYS, DEMO
from shared.openapi import Operation
from shared.problem import Kind
from shared.settings import Settings
from tests.published import SITE, client_of, query


async def test_the_document_tells_every_operation_with_an_example(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.get("/openapi.json")
        again = await client.get("/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    document = answer.json()

    assert answer.headers["content-type"] == "application/json"
    assert again.status_code == 304
    told = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(operation.method, operation.path) for operation in (*ALWAYS, *DEMO)}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["x-codeSamples"][0]["source"].startswith("curl ")


async def test_the_page_shows_what_the_document_says(redis_url: str) -> None:
    async with query(redis_url, public_url="https://counts.example") as (_, client):
        page = (await client.get("/docs")).text
        document = (await client.get("/openapi.json")).json()

    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
            assert path in page
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page
    for kind in (Kind.TOO_MANY_IDS, Kind.UNKNOWN_SITE, Kind.WRONG_KEY):
        assert kind.uri in page
    assert "URL=https://counts.example" in page
    assert "<script" not in page


async def test_operations_of_others_behind_the_same_origin_are_told_too(redis_url: str) -> None:
    other = Operation("post", "/v1/other", "Takes something", problems=(Kind.BODY_TOO_LARGE,), key="batch")
    service = build(Settings(site=(SITE,), redis_url=redis_url), CollectorRegistry(), [other])
    async with client_of(service) as client:
        document = (await client.get("/openapi.json")).json()
        page = (await client.get("/docs")).text
    await service.stop()

    assert "413" in document["paths"]["/v1/other"]["post"]["responses"]
    assert set(document["components"]["securitySchemes"]) == {"batch", "newsroom"}
    assert "/v1/other" in page


@pytest.mark.parametrize("operation", [*ALWAYS, *DEMO], ids=lambda operation: operation.path)
async def test_every_documented_example_is_understood(redis_url: str, operation: Operation) -> None:
    address = operation.example.partition('"$URL')[2].rstrip('"') or "/"
    # What goes on for ever is asked for its head alone.
    method = "head" if operation.response == "text/event-stream" else operation.method
    async with query(redis_url, board="public") as (_, client):
        answer = await client.request(method, address)

    assert answer.status_code in (operation.status, 404), answer.text
    if answer.status_code == 404:
        assert answer.json()["type"] == Kind.UNKNOWN_ARTICLE.uri
