"""How many connections a process may have."""

import resource
from collections.abc import Iterator

import pytest

from shared.service import FILES, allow_many_files


@pytest.fixture
def few() -> Iterator[int]:
    """A process that may have as few files as many systems allow at first; the highest it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_takes_as_many_connections_as_the_system_lets_it(few: int) -> None:
    allow_many_files()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == few
    assert soft == (FILES if few == resource.RLIM_INFINITY else min(FILES, few))
