"""Who may see what the newsroom sees, and how long a cache may keep it."""

from shared.bearer import Keys
from shared.http import Header, Request
from shared.settings import Settings

_KEYED: tuple[Header, ...] = ((b"cache-control", b"private, no-store"), (b"vary", b"authorization"))
_OPEN: tuple[Header, ...] = ((b"cache-control", b"public, max-age=0, s-maxage=1, stale-if-error=60"),)


class Newsroom:
    """The newsroom's door: its key, unless the board is public."""

    def __init__(self, settings: Settings) -> None:
        self._keys = None if settings.board == "public" else Keys.parse(settings.newsroom_key)
        self.headers = _OPEN if self._keys is None else _KEYED
        """What an answer for the newsroom goes out with."""

    def admit(self, request: Request) -> None:
        """Let a request in. Raises Problem without a right key."""
        if self._keys is not None:
            self._keys.demand(request)
