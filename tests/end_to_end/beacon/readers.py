"""A reader's Chromium as it comes: tabs are really hidden, pages really cached and rendered ahead.

Playwright's own launch keeps every tab visible and no page in the cache of
back and forward, and a page it watches renders none ahead.
"""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from playwright.async_api import Browser, async_playwright

from tests.programs import need
from tests.waiting import wait_until

USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36"
)
"""Without a window Chromium says so in its user agent, and a reader without one is a bot."""

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
    "--remote-debugging-port=0",
    f"--user-agent={USER_AGENT}",
)


@asynccontextmanager
async def reader(profile: Path, address: str = "about:blank") -> AsyncIterator[Path]:
    """Open an address in a Chromium of its own that nobody watches; yields where it says how to."""
    command = [need("chromium"), *_FLAGS, f"--user-data-dir={profile}", address]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield profile / "DevToolsActivePort"
    finally:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        process.terminate()
        _, left = psutil.wait_procs(family, timeout=10)
        for one in left:
            one.kill()
        process.wait()


@asynccontextmanager
async def watched_reader(profile: Path) -> AsyncIterator[Browser]:
    """Run a Chromium whose first context is as Chromium makes it."""
    async with reader(profile) as told, async_playwright() as playwright:
        await wait_until(
            lambda: told.exists() and "\n" in told.read_text(), "Chromium says where to watch it"
        )
        port = told.read_text().split()[0]
        browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
        yield browser
        await browser.close()
