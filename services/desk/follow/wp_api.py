"""The posts of a WordPress, asked of its REST API a page at a time."""

import json
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlencode

from services.desk.follow.fetch import Fetcher
from services.desk.follow.site import Site
from services.desk.follow.trouble import Unfetched, Unreadable
from services.desk.follow.wp_post import EMBEDDED, FIELDS

PAGE = 100
"""Posts of a page, the most that WordPress gives."""

_POSTS = "/wp/v2/posts"
_ROUTES = ("/wp-json", "/?rest_route=")
"""Where the API is, and where it is on a site without pretty addresses."""


class Posts:
    """The published posts of one WordPress, by falling number."""

    def __init__(self, fetcher: Fetcher, site: Site, url: str) -> None:
        self._fetcher = fetcher
        self._site = site
        self._url = url.rstrip("/")

    async def page(self, memory: MutableMapping[str, str], offset: int, **narrowed: str) -> list[Any]:
        """Return the posts from `offset` on; which of the two routes there is, is kept in `memory`.

        Raises Unfetched and Unreadable.
        """
        known = memory.get("route")
        failures: list[Unfetched | Unreadable] = []
        for route in [known] if known else _ROUTES:
            try:
                posts = await self._ask(route, offset, narrowed)
            except (Unfetched, Unreadable) as error:
                failures.append(error)
                # Without pretty addresses the first route is not found, or leads to the front page.
                if isinstance(error, Unfetched) and error.status != 404:
                    break
            else:
                memory["route"] = route
                return posts
        raise next((one for one in failures if getattr(one, "status", 0) != 404), failures[0])

    async def _ask(self, route: str, offset: int, narrowed: dict[str, str]) -> list[Any]:
        asked = {
            "per_page": PAGE,
            "offset": offset,
            "orderby": "id",
            "order": "desc",
            **narrowed,
            "_fields": FIELDS,
            "_embed": EMBEDDED,
        }
        address = f"{self._url}{route}{_POSTS}"
        address += ("&" if "?" in address else "?") + urlencode(asked)
        fetched = await self._fetcher.get(address, self._site.hosts, {"accept": "application/json"})
        try:
            posts = json.loads(fetched.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"its REST API answers no JSON: {error}"[:200]) from None
        if not isinstance(posts, list):
            raise Unreadable("its REST API answers no list of posts")
        return posts
