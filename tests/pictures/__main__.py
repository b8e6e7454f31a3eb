"""`make pictures`: take a picture of every page of a running demo, on a phone and a desk, light and dark.

python -m tests.pictures [DIRECTORY]
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx
from playwright.async_api import Browser

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


def pictures(article: str) -> list[Picture]:
    """Return what there is to look at."""
    lists = "show=rank+section+time+summary+views+movement"
    return [
        Picture("front", "/demo/", LIST, WIDTHS),
        Picture("article", f"/demo/article?site={SITE}&id={quote(article, safe='')}", LIST, WIDTHS),
        Picture("embed", f"/embed/trending?site={SITE}&limit=6", LIST, WIDTHS),
        Picture("embed-cards", f"/embed/trending?site={SITE}&layout=cards&{lists}", LIST, WIDTHS),
        Picture("embed-without-script", f"/embed/trending?site={SITE}&limit=6&script=off", "ol", WIDTHS),
        Picture("board", f"/board?site={SITE}", "#rows tr", {**WIDTHS, "wall": WALL}),
        Picture("docs", "/docs", "h2", WIDTHS),
    ]


@contextmanager
def demo(directory: Path) -> Iterator[str]:
    """Run the demo until the end of the block, and give its address."""
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
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(60)


async def moved(url: str) -> str:
    """Wait until the list has moved, and return the id of its first article."""
    seen: dict[tuple[str, ...], None] = {}

    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:

        async def often() -> bool:
            answer = await http.get("/v1/trending", params={"site": SITE})
            seen[tuple(story["id"] for story in answer.json()["data"])] = None
            return len(seen) > MOVED

        await wait_until(often, "the list moves", seconds=120)
    return next(reversed(seen))[0]


async def take(browser: Browser, url: str, picture: Picture, directory: Path) -> None:
    """Take a picture at every width in both colour schemes."""
    for (size, (width, height)), scheme in product(picture.widths.items(), ("light", "dark")):
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=2 if size == "phone" else 1,
        )
        page = await context.new_page()
        await page.goto(url + picture.path)
        await page.locator(picture.ready).first.wait_for()
        name = directory / f"{picture.name}-{size}-{scheme}.png"
        await page.screenshot(path=name, full_page=size != "wall")
        print(name)
        await context.close()


async def main(directory: Path) -> None:
    """Take every picture."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="groundswell-pictures-") as scratch, demo(Path(scratch)) as url:
        article = await moved(url)
        async with browsing(find("chromium")) as browser:
            for picture in pictures(article):
                await take(browser, url, picture, directory)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/pictures")))
