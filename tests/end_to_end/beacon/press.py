"""A newspaper of another origin with our tag on its pages, an edge that sees its views, and their counts."""

from dataclasses import dataclass
from html import escape

from playwright.async_api import Page

from shared import keys
from tests.end_to_end.beacon.edge import Asked, Edge
from tests.end_to_end.hosting import Site
from tests.serving import SITE, Serving
from tests.waiting import wait_until

EVERY_VIEW = "every-view.example"
"""A site that counts every view."""
PRIVATE = "private.example"
"""A site that honours what browsers say of privacy."""


@dataclass
class Press:
    """All that a view passes on its way."""

    site: Site
    edge: Edge
    serving: Serving

    def tag(self, **attributes: str) -> str:
        """Return the tag; `data_article` stands for `data-article`."""
        given = {"src": f"{self.edge.url}/beacon.v1.js", "data_site": SITE, **attributes}
        told = " ".join(f'{name.replace("_", "-")}="{escape(value)}"' for name, value in given.items())
        return f"<script async {told}></script>"

    def story(self, path: str, *, head: str = "", headers: dict[str, str] | None = None, **given: str) -> str:
        """Put a page with the tag at a path, and return its address."""
        return self.site.page("<h1>A story</h1>", head=head + self.tag(**given), path=path, headers=headers)

    async def view(self, article: str, number: int = 1) -> Asked:
        """Wait for the so-manieth view of an article to come by and be answered, and return it."""
        views = self.edge.views
        await wait_until(
            lambda: len(views(article)) >= number and views(article)[number - 1].outcome,
            f"view {number} of {article} is answered",
        )
        return views(article)[number - 1]

    async def nothing_more(self, page: Page) -> None:
        """Return once whatever the page has posted by now has come by."""
        mark = f"/mark/{len(self.edge.asked)}"
        await page.evaluate("article => groundswell({article})", mark)
        await self.view(mark)

    async def counted(self, article: str, site: str = SITE) -> int:
        """Return how often an article counts, once all that was accepted is in the books."""
        await wait_until(self._settled, "every view is counted or a duplicate")
        return int(await self.serving.redis.hget(keys.count(0, site), article) or 0)

    async def _settled(self) -> bool:
        total = {n.decode(): int(v) for n, v in (await self.serving.redis.hgetall(keys.total(0))).items()}
        return total.get("accepted", 0) == total.get("counted", 0) + total.get("duplicates", 0)
