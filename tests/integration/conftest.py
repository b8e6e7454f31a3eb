"""A desk to talk to, for every test of it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from shared.connection import Client
from tests.desks import Refused, client_of, desk_at


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def desk(redis_url: str, registry: CollectorRegistry) -> AsyncIterator[httpx.AsyncClient]:
    async with desk_at(redis_url, registry) as service, client_of(service) as client:
        yield client


@pytest.fixture
def refused(redis: Client, registry: CollectorRegistry) -> Refused:
    """Looks at all that a refusal promises, and returns the problem."""

    async def look(answer: httpx.Response, expected: str) -> dict[str, Any]:
        status, slug = expected.split()
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem["type"]) == (int(status), f"urn:groundswell:problem:{slug}")
        assert problem["status"] == answer.status_code
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-groundswell-reason"] == slug
        assert registry.get_sample_value("groundswell_desk_refused_total", {"reason": slug}) == 1
        assert await redis.keys("*") == []
        return problem

    return look
