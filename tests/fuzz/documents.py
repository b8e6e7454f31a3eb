"""The OpenAPI documents, held against what is really answered."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from shared.http import ASGIApp
from tests.fuzz.answering import Answer, answer_of
from tests.fuzz.asking import KEYS, NEWSROOM_KEY, Asked


class Documents:
    """What each application says that it answers."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    @classmethod
    async def of(cls, apps: Mapping[str, ASGIApp]) -> "Documents":
        """Return the documents that the applications serve."""
        served = {}
        for name in ("web", "desk"):
            key = (b"authorization", f"Bearer {KEYS.get(name, NEWSROOM_KEY)}".encode())
            asked = Asked(0, name, "GET", "/openapi.json", b"", [key], [b""], False, "127.0.0.1")
            served[name] = json.loads((await answer_of(apps[name], asked)).body)
        return cls(served)

    def faults(self, asked: Asked, told: Answer) -> Iterator[str]:
        """Tell what an answer has that no document tells of."""
        paths = self._documents.get(asked.app, {}).get("paths", {})
        operation = paths.get(asked.path, {}).get(asked.method.lower())
        if operation is None or not told.status:
            return
        response = operation["responses"].get(str(told.status))
        if response is None:
            yield f"no document tells of {told.status}"
            return
        kind = told.headers.get(b"content-type", b"").decode().partition(";")[0]
        content = response.get("content", {})
        if not told.body and not content:
            return
        if kind not in content:
            yield f"the document tells of {list(content)}, not of {kind!r}"
        elif schema := content[kind].get("schema"):
            where = f"{asked.app} {asked.method} {asked.path} {told.status}"
            validator = self._validators.get(where) or self._validator(asked.app, schema)
            self._validators[where] = validator
            for error in list(validator.iter_errors(json.loads(told.body)))[:1]:
                yield f"not of the schema that is told: {error.message[:200]} at {error.instance_path}"

    def _validator(self, app: str, schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
        # Its references begin at the document's root.
        return jsonschema_rs.Draft202012Validator(
            {**schema, "components": self._documents[app]["components"]}, validate_formats=True
        )
