"""An OpenAPI 3.1 document of a table of operations.

The table stands beside the routes, so that what is documented is what is
answered (docs/adr/0007-api-documents.md).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.problem import Kind

_REFERENCE = "#/components/schemas/{model}"
_EVERYWHERE = (Kind.METHOD_NOT_ALLOWED, Kind.INTERNAL)

_KEYS = {
    "batch": "For what sends views in batches: GROUNDSWELL_BATCH_KEY.",
    "desk": "For what changes the catalogue: GROUNDSWELL_DESK_KEY.",
    "newsroom": "For what only the newsroom sees: GROUNDSWELL_NEWSROOM_KEY; not asked for if board = public.",
}


@dataclass(frozen=True)
class Parameter:
    """One query parameter; `schema` is its JSON Schema."""

    name: str
    description: str
    schema: dict[str, Any]
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method of one path. `response` is a model, or the content type of what is no JSON."""

    method: Literal["get", "post", "put", "delete"]
    path: str
    summary: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    request: type[BaseModel] | dict[str, Any] | None = None
    request_types: tuple[str, ...] = ("application/json",)
    response: type[BaseModel] | str | None = None
    status: int = 200
    problems: tuple[Kind, ...] = ()
    key: Literal["batch", "desk", "newsroom"] | None = None
    example: str = ""
    """A curl command that shows it, with $URL for the address of the service."""
    conditional: bool = False
    """Whether the answer has an ETag, and If-None-Match is answered 304."""


def document(
    title: str, version: str, operations: Sequence[Operation], description: str = ""
) -> dict[str, Any]:
    """Return the OpenAPI document.

    Raises ValueError when two operations share a method and path.
    """
    references, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        if operation.method in methods:
            raise ValueError(f"{operation.method} {operation.path} is described twice")
        methods[operation.method] = _operation(operation, references)
    used = {operation.key for operation in operations if operation.key}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, **({"description": description} if description else {})},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "description": _KEYS[name]}
                for name in sorted(used)
            },
        },
    }


References = dict[tuple[type[BaseModel], Literal["validation", "serialization"]], dict[str, Any]]


def _schemas(operations: Iterable[Operation]) -> tuple[References, dict[str, Any]]:
    """Return a reference for each model, by how it is used, and the schemas that they point to."""
    used: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for operation in operations:
        if isinstance(operation.request, type):
            used[operation.request, "validation"] = None
        if isinstance(operation.response, type):
            used[operation.response, "serialization"] = None
    references, definitions = models_json_schema(list(used), ref_template=_REFERENCE)
    return dict(references), definitions.get("$defs", {})  # type: ignore[arg-type]


def _operation(operation: Operation, references: References) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": _name(operation), "summary": operation.summary}
    if operation.description:
        found["description"] = operation.description
    if operation.parameters:
        found["parameters"] = [
            {
                "name": parameter.name,
                "in": "query",
                "description": parameter.description,
                "required": parameter.required,
                "schema": parameter.schema,
            }
            for parameter in operation.parameters
        ]
    if operation.request is not None:
        schema = operation.request
        if not isinstance(schema, dict):
            schema = references[schema, "validation"]
        found["requestBody"] = {
            "required": True,
            "content": {content_type: {"schema": schema} for content_type in operation.request_types},
        }
    found["responses"] = _responses(operation, references)
    if operation.key:
        found["security"] = [{operation.key: []}]
    if operation.example:
        found["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": operation.example}]
    return found


def _responses(operation: Operation, references: References) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase}
    if isinstance(operation.response, str):
        success["content"] = {operation.response: {}}
    elif operation.response is not None:
        schema = references[operation.response, "serialization"]
        success["content"] = {"application/json": {"schema": schema}}
    found = {str(operation.status): success}
    if operation.conditional:
        found["304"] = {"description": "What the If-None-Match of the request names is still so."}
    kinds = (*operation.problems, *_EVERYWHERE)
    for status in sorted({kind.status for kind in kinds}):
        found[str(status)] = _refusal([kind for kind in kinds if kind.status == status])
    return found


def _refusal(kinds: Sequence[Kind]) -> dict[str, Any]:
    """Return the response of the problems that share one status."""
    types = [kind.uri for kind in kinds]
    return {
        "description": "\n".join(f"- `{kind.uri}`: {kind.title}" for kind in kinds),
        "content": {
            "application/problem+json": {
                "schema": {
                    "allOf": [{"$ref": _REFERENCE.format(model="Problem")}],
                    "properties": {"type": {"enum": types}},
                }
            }
        },
    }


def _name(operation: Operation) -> str:
    """Return its operationId, which no other operation of the document may have."""
    path = f"{operation.path}index" if operation.path.endswith("/") else operation.path
    return "_".join([operation.method, *re.split(r"[^A-Za-z0-9]+", path.strip("/"))])


_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why a request was refused: a problem document (RFC 9457) with a stable `type`.",
    "type": "object",
    "properties": {
        "type": {
            "type": "string",
            "enum": [kind.uri for kind in Kind],
            "description": "What kind of problem it is: a name that never changes.",
        },
        "title": {"type": "string", "description": "What is asked of the client, in one sentence."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What exactly was wrong."},
        "field": {
            "type": "string",
            "description": "The field of the body, or of the query, that was wrong; dotted within another.",
        },
        "parameter": {"type": "string", "description": "The query parameter that was wrong."},
        "request_id": {
            "type": "string",
            "description": "What the log calls this request; also in the header `x-request-id`.",
        },
    },
    "required": ["type", "title", "status"],
}
