"""A real Chromium without a window."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@asynccontextmanager
async def browsing(executable: str) -> AsyncIterator[Browser]:
    """Run the browser at a path until the end of the block."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=executable, args=_QUIET)
        yield launched
        await launched.close()
