"""What the document of an interface says, and that it is the interface."""

import json
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, Field

from services.query import build
from services.query.operations import ALWAYS, DEMO
from shared.http import Routes
from shared.openapi import Operation, Parameter, document
from shared.problem import Kind
from shared.settings import Settings


class Inner(BaseModel):
    number: int = Field(description="A number.")


class Asked(BaseModel):
    inner: Inner | None = None


class Answered(BaseModel):
    inner: Inner


POST = Operation(
    "post",
    "/v1/things",
    "Takes a thing",
    "More of it.",
    (Parameter("site", "Which site.", {"type": "string"}, required=True),),
    request=Asked,
    request_types=("application/json", "text/plain"),
    response=Answered,
    status=202,
    problems=(Kind.BAD_JSON, Kind.EMPTY_BODY, Kind.WRONG_KEY),
    key="batch",
    example='curl "$URL/v1/things"',
)
GET = Operation("get", "/v1/things", "Shows things", response="image/gif", conditional=True)


def test_an_operation_says_what_it_takes_and_gives() -> None:
    whole = document("Things", "1.0", [POST, GET])
    post = whole["paths"]["/v1/things"]["post"]

    assert whole["openapi"] == "3.1.0"
    assert post["operationId"] == "post_v1_things"
    assert post["parameters"] == [
        {
            "name": "site",
            "in": "query",
            "description": "Which site.",
            "required": True,
            "schema": {"type": "string"},
        }
    ]
    assert list(post["requestBody"]["content"]) == ["application/json", "text/plain"]
    answer = post["responses"]["202"]["content"]["application/json"]["schema"]
    assert resolve(whole, answer)["properties"] == {"inner": {"$ref": "#/components/schemas/Inner"}}
    assert post["security"] == [{"batch": []}]
    assert whole["components"]["securitySchemes"]["batch"]["scheme"] == "bearer"
    assert post["x-codeSamples"][0]["source"] == 'curl "$URL/v1/things"'
    json.dumps(whole)


def test_problems_of_one_status_are_told_together_by_their_types() -> None:
    responses = document("Things", "1.0", [POST])["paths"]["/v1/things"]["post"]["responses"]

    refused = responses["400"]["content"]["application/problem+json"]["schema"]
    assert refused["properties"]["type"]["enum"] == [
        "urn:groundswell:problem:bad-json",
        "urn:groundswell:problem:empty-body",
    ]
    assert Kind.BAD_JSON.title in responses["400"]["description"]
    assert list(responses) == ["202", "400", "401", "405", "500"]


def test_what_is_no_json_has_its_content_type_and_may_be_unchanged() -> None:
    responses = document("Things", "1.0", [GET])["paths"]["/v1/things"]["get"]["responses"]

    assert responses["200"]["content"] == {"image/gif": {}}
    assert "304" in responses


def test_an_operation_cannot_be_described_twice() -> None:
    with pytest.raises(ValueError, match="get /v1/things is described twice"):
        document("Things", "1.0", [GET, GET])


def test_every_reference_leads_somewhere() -> None:
    whole = document("Groundswell", "1.0", [*ALWAYS, *DEMO, POST])

    references = references_of(whole)
    assert len(references) > 5
    for reference in references:
        assert resolve(whole, {"$ref": reference})


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = document("Groundswell", "1.0", [*ALWAYS, *DEMO, POST, GET])["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]

    assert len(set(names)) == len(names)
    assert "get_demo" in names
    assert "get_demo_index" in names


def test_a_fault_of_ours_is_a_problem_everywhere() -> None:
    whole = document("Groundswell", "1.0", [*ALWAYS, *DEMO])

    for methods in whole["paths"].values():
        for operation in methods.values():
            assert "500" in operation["responses"]


@pytest.mark.parametrize("demo_pages", [True, False])
def test_the_query_service_answers_what_it_describes_and_nothing_else(demo_pages: bool) -> None:
    settings = Settings(site=("news.example",), redis_url="redis://127.0.0.1:1", demo_pages=demo_pages)
    app = build(settings, CollectorRegistry()).app
    assert isinstance(app, Routes)
    answered = {(method.lower(), path) for path, methods in app.handlers.items() for method in methods}
    operations = (*ALWAYS, *DEMO) if demo_pages else ALWAYS
    described = {(operation.method, operation.path) for operation in operations}

    assert answered - {("options", path) for _, path in answered} == described


def references_of(part: Any) -> set[str]:
    """Return every `$ref` in a document."""
    if isinstance(part, dict):
        own = {part["$ref"]} if "$ref" in part else set()
        return own.union(*(references_of(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(references_of(value) for value in part))
    return set()


def resolve(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference leads to."""
    found: Any = whole
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found
