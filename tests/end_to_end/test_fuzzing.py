"""Both interfaces, asked everything that their own documents allow and much that they do not."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.serving import Serving

EXAMPLES = int(os.environ.get("GROUNDSWELL_FUZZ_EXAMPLES", "1"))
"""Of each operation, right ones and wrong ones each."""

CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
"""The document also has to say what is answered, and be right about it."""

ENDLESS = "/v1/trending/live"


def operations(url: str, key: str) -> Iterator[Any]:
    """Yield what there is to ask at an address, by its own document."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", headers={"authorization": f"Bearer {key}"})
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS:
            yield operation


def ask(operation: Any, url: str, key: str, mode: GenerationMode) -> int:
    """Ask one operation again and again, and return how often. Raises AssertionError at a fault of ours."""
    asked = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def once(case: Any) -> None:
        nonlocal asked
        asked += 1
        answer = case.call(base_url=url, headers={"authorization": f"Bearer {key}"}, allow_redirects=False)
        assert answer.status_code < 500, case.as_curl_command()
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], case.as_curl_command()
        case.validate_response(answer, checks=CHECKS)

    # What asks for nothing cannot be asked wrongly.
    with suppress(Unsatisfiable):
        once()
    return asked


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("interface", ["public", "desk"])
async def test_no_question_is_a_fault_of_ours(serving: Serving, interface: str, mode: GenerationMode) -> None:
    url = serving.url if interface == "public" else serving.desk
    keys = {"public": serving.keys["newsroom_key"], "desk": serving.keys["desk_key"]}
    asked = 0
    for operation in await asyncio.to_thread(lambda: list(operations(url, keys[interface]))):
        key = serving.keys["batch_key"] if operation.path == "/v1/views/batch" else keys[interface]
        asked += await asyncio.to_thread(ask, operation, url, key, mode)

    assert asked > 5 * EXAMPLES
