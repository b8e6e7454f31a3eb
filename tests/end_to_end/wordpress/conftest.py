"""One WordPress for all tests of this folder, and a desk for each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.desks import desk_at
from tests.end_to_end.wordpress.editing import configure
from tests.end_to_end.wordpress.installation import WordPressSite, wordpress_site
from tests.listening import Served, served


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPressSite]:
    """A WordPress with the plugin, which must not make PHP complain."""
    with wordpress_site(tmp_path_factory.mktemp("wordpress")) as site:
        yield site
        assert site.complaints() == []


@pytest.fixture
async def site(installed: WordPressSite, desk: Served) -> WordPressSite:
    """The same without any post, set to talk to the desk."""
    await configure(installed, desk)
    return installed


@pytest.fixture
async def desk(redis_url: str) -> AsyncIterator[Served]:
    """A desk that the plugin reaches."""
    async with desk_at(redis_url) as service, served(service.app) as found:
        yield found
