"""GET / of the desk: where the newsroom decides.

A page without a decision in it, whose script asks with the desk's key.
"""

from pathlib import Path

from shared.bearer import Keys
from shared.hours import DAY
from shared.html import COMMON, Html, icon
from shared.http import HTML, NO_STORE, Handler, Header, Request, Response
from shared.override import LAST_POSITION, LEAST_FACTOR, LONGEST, MOST_FACTOR
from shared.script import FOR_EVER, Script
from shared.settings import Settings

_COMMON = ("make", "words", "decided")
_PARTS = ("key", "form", "list", "start")
"""The files that are the script, in the order in which they run; the first are shared with the board."""

_HERE = Path(__file__).parent
_UNSEEN: Header = (b"x-robots-tag", b"noindex")
_SVG: Header = (b"content-type", b"image/svg+xml")
_KEPT: Header = (b"cache-control", b"public, max-age=86400")


def desk_script() -> Script:
    """Return the page's script: its parts, minified, in a scope of their own."""
    parts = [COMMON / "scripts" / f"{part}.js" for part in _COMMON]
    return Script.joined("desk.v1", [*parts, *(_HERE / "scripts" / f"{part}.js" for part in _PARTS)])


class DeskPage:
    """Answers with the page, its script and its icon, made once. None needs the key or shows anything."""

    def __init__(self, settings: Settings) -> None:
        self._script = desk_script()
        html = Html(_HERE / "templates", {self._script.name: self._script})
        page = html.page("desk.html", "newsroom.css", "desk.css", scripts=True)
        body = page.render(
            access="key" if Keys.parse(settings.desk_key).digests else "closed",
            sites=list(settings.sites),
            last_position=LAST_POSITION,
            least_factor=f"{LEAST_FACTOR:g}",
            most_factor=f"{MOST_FACTOR:g}",
            longest=LONGEST // DAY,
        )
        self._page = Response(200, body, (HTML, *page.headers, NO_STORE, _UNSEEN))

    def routes(self) -> dict[str, dict[str, Handler]]:
        """Return what answers each path."""
        return {
            "/": {"GET": self._whole},
            "/icon.svg": {"GET": self._icon},
            self._script.hashed: {"GET": self._run},
        }

    async def _whole(self, request: Request) -> Response:
        return self._page

    async def _icon(self, request: Request) -> Response:
        return Response(200, icon(), (_SVG, _KEPT))

    async def _run(self, request: Request) -> Response:
        return self._script.to(request, FOR_EVER)
