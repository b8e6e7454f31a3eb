"""`make pictures`: take a picture of every page of a running demo, on a phone and a desk, light and dark.

python -m tests.pictures [DIRECTORY]
"""

import asyncio
import json
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urljoin

import httpx
from playwright.async_api import Browser, Page

from services.cli.demo.command import SITE
from tests.browsing import browsing
from tests.programs import find
from tests.serving import GROUNDSWELL, environment
from tests.waiting import wait_until

WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}
WALL = (2560, 1440)
LIST = "trending-list [part~=link]"
MOVED = 3
"""Changes of the list to wait for, so that there is movement to see."""


@dataclass(frozen=True)
class Picture:
    """One page and what has to stand on it before its picture is taken."""

    name: str
    path: str
    ready: str
    widths: dict[str, tuple[int, int]]
    act: Callable[[Page], Awaitable[object]] | None = None
    """What is done on the page before."""


@dataclass(frozen=True)
class Demo:
    """A running demo: its addresses, and the key of its desk."""

    url: str
    desk: str
    desk_key: str

    async def open_desk(self, page: Page) -> None:
        """Give the desk's page its key."""
        await page.get_by_label("Key", exact=True).fill(self.desk_key)
        await page.keyboard.press("Enter")
        await page.locator("#found-title").wait_for()

    async def decide(self, articles: Sequence[str]) -> None:
        """Pin an article and sponsor another."""
        until = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
        said = {"site": SITE, "until": until, "by": "A. Editor", "reason": "The story of the day"}
        decided = [
            {"action": "pin", "position": 2},
            {"action": "sponsor", "position": 4, "label": "Sponsored"},
        ]
        headers = {"authorization": f"Bearer {self.desk_key}"}
        async with httpx.AsyncClient(base_url=self.desk, headers=headers, trust_env=False) as http:
            for article, one in zip(articles, decided, strict=False):
                answer = await http.put("/v1/override", json={**said, **one, "id": article})
                answer.raise_for_status()


async def ask_why(page: Page) -> None:
    """Open the reasons of the first row."""
    await page.locator("#rows .ask").first.click()
    await page.locator("tr.why dd").first.wait_for()


async def go_back(page: Page) -> None:
    """Go back by a minute."""
    await page.locator("#then-minute").press("ArrowLeft")
    await page.locator("#past").wait_for()


def pictures(demo: Demo, article: str) -> list[Picture]:
    """Return what there is to look at."""
    lists = "show=rank+section+time+summary+views+movement"
    return [
        Picture("front", "/demo/", LIST, WIDTHS),
        Picture("article", f"/demo/article?site={SITE}&id={quote(article, safe='')}", LIST, WIDTHS),
        Picture("embed", f"/embed/trending?site={SITE}&limit=6", LIST, WIDTHS),
        Picture("embed-cards", f"/embed/trending?site={SITE}&layout=cards&{lists}", LIST, WIDTHS),
        Picture("embed-without-script", f"/embed/trending?site={SITE}&limit=6&script=off", "ol", WIDTHS),
        Picture("board", f"/board?site={SITE}", "#rows tr", {**WIDTHS, "wall": WALL}),
        Picture("board-why", f"/board?site={SITE}", "#rows tr", WIDTHS, ask_why),
        Picture("desk-key", f"{demo.desk}/", "#key-field", WIDTHS),
        Picture("desk", f"{demo.desk}/?id={quote(article, safe='')}", "#key-field", WIDTHS, demo.open_desk),
        Picture("docs", "/docs", "h2", WIDTHS),
        # Last, so that there is something to go back to.
        Picture("board-past", f"/board?site={SITE}", "#rows tr", WIDTHS, go_back),
    ]


@contextmanager
def demonstration(directory: Path) -> Iterator[Demo]:
    """Run the demo until the end of the block."""
    command = [
        str(GROUNDSWELL),
        "demo",
        "--port",
        "0",
        "--data-dir",
        str(directory),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment(), cwd=directory
    )
    try:
        assert process.stdout is not None
        document = json.loads(process.stdout.readline())
        kept = tomllib.loads((directory / "keys.toml").read_text())
        yield Demo(document["url"], document["desk"], kept["desk_key"])
    finally:
        process.terminate()
        process.wait(60)


async def moved(url: str) -> tuple[str, ...]:
    """Wait until the list has moved, and return the ids of its articles."""
    seen: dict[tuple[str, ...], None] = {}

    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:

        async def often() -> bool:
            answer = await http.get("/v1/trending", params={"site": SITE})
            seen[tuple(story["id"] for story in answer.json()["data"])] = None
            return len(seen) > MOVED

        await wait_until(often, "the list moves", seconds=120)
    return next(reversed(seen))


async def take(browser: Browser, url: str, picture: Picture, directory: Path) -> None:
    """Take a picture at every width in both colour schemes."""
    for (size, (width, height)), scheme in product(picture.widths.items(), ("light", "dark")):
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=2 if size == "phone" else 1,
            # Nothing is taken on its way to its place.
            reduced_motion="reduce",
        )
        page = await context.new_page()
        await page.goto(urljoin(url, picture.path))
        await page.locator(picture.ready).first.wait_for()
        if picture.act is not None:
            await picture.act(page)
        name = directory / f"{picture.name}-{size}-{scheme}.png"
        await page.screenshot(path=name, full_page=size != "wall")
        print(name)
        await context.close()


async def main(directory: Path) -> None:
    """Take every picture."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="groundswell-pictures-") as scratch, demonstration(Path(scratch)) as demo:
        first, *others = await moved(demo.url)
        await demo.decide(others[-2:])
        async with browsing(find("chromium")) as browser:
            for picture in pictures(demo, first):
                await take(browser, demo.url, picture, directory)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/pictures")))
