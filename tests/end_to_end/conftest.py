"""The whole of Groundswell, running, for tests that go the way a reader's view goes."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browsing import browsing
from tests.programs import need
from tests.serving import SITE, Serving
from tests.serving import serve as start

Serve = Callable[..., AbstractAsyncContextManager[Serving]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """A way to start `groundswell serve`; every call of one test has the same data directory.

    `async with serve("--board", "public", sites=["a.example"], partitions=4, env={}) as serving:`
    """

    def begin(
        *flags: str,
        sites: Sequence[str] = (SITE,),
        partitions: int = 1,
        env: Mapping[str, str] | None = None,
        data_dir: Path = tmp_path / "var",
    ) -> AbstractAsyncContextManager[Serving]:
        return start(data_dir, *flags, sites=sites, partitions=partitions, env=env)

    return begin


@pytest.fixture(scope="module")
async def serving(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A running `groundswell serve` of news.example, for all tests of a file."""
    async with start(tmp_path_factory.mktemp("serving") / "var") as running:
        yield running


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A real Chromium without a window, for all tests: it takes longer to start than most of them."""
    async with browsing(need("chromium")) as launched:
        yield launched


@pytest.fixture
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The same, with nothing open yet."""
    yield chromium
    for context in chromium.contexts:
        await context.close()
