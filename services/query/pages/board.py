"""GET /board: what editors keep open on a wall. A page without a number in it, whose script asks for them."""

from functools import cached_property
from pathlib import Path

from services.query.ranked.kinds import EVERY_WINDOW, KINDS
from shared.bearer import Keys
from shared.html import COMMON, Html
from shared.http import HTML, NO_STORE, Header, Request, Response
from shared.script import Script
from shared.settings import Settings

_COMMON = ("make", "words", "decided")
_PARTS = ("curve", "spark", "why", "rows", "filters", "past", "setup", "standing", "asking", "start")
"""The files that are the script, in the order in which they run; the first are shared with the desk."""

_FOLDER = Path(__file__).parent / "scripts" / "board"
_SPANS = {
    "1h": "The last hour",
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "today": "Today",
    "all": "All time",
}
_UNSEEN: Header = (b"x-robots-tag", b"noindex")


def board_script() -> Script:
    """Return the board's script: its parts, minified, in a scope of their own."""
    parts = [COMMON / "scripts" / f"{part}.js" for part in _COMMON]
    return Script.joined("board.v1", [*parts, *(_FOLDER / f"{part}.js" for part in _PARTS)])


class Board:
    """Answers with the page, made when it is first asked for."""

    def __init__(self, settings: Settings, html: Html) -> None:
        self._settings = settings
        self._html = html

    async def page(self, request: Request) -> Response:
        """Answer with the page, whatever its query says: that is for its script."""
        return self._page

    @cached_property
    def _page(self) -> Response:
        page = self._html.page("board.html", "newsroom.css", "board.css", scripts=True, pictures=True)
        body = page.render(
            access=_access(self._settings),
            public_url=self._settings.public_url or "",
            sites=list(self._settings.sites),
            kinds=list(KINDS.values()),
            windows=EVERY_WINDOW,
            spans=_SPANS,
        )
        return Response(200, body, (HTML, *page.headers, NO_STORE, _UNSEEN))


def _access(settings: Settings) -> str:
    """Return whether the numbers are `public`, ask for the `key`, or are `closed` for want of one."""
    if settings.board == "public":
        return "public"
    return "key" if Keys.parse(settings.newsroom_key).digests else "closed"
