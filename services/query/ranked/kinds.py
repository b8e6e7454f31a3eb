"""The lists that can be asked for: a closed set, and the windows each of them has."""

from dataclasses import dataclass

from shared.listing import MOST_READ_WINDOWS, RISING, TRENDING, name_of


@dataclass(frozen=True)
class ListKind:
    """One kind of list. A kind with windows is published once for each."""

    name: str
    windows: tuple[str, ...] = ()
    default_window: str | None = None

    def published_as(self, window: str | None) -> str:
        """Return the NAME of the list in keys."""
        return name_of(self.name, window)


KINDS = {
    kind.name: kind
    for kind in (
        ListKind(TRENDING),
        ListKind(RISING),
        ListKind("most-read", windows=MOST_READ_WINDOWS, default_window="24h"),
    )
}
DEFAULT_KIND = KINDS[TRENDING]
EVERY_WINDOW = tuple(window for kind in KINDS.values() for window in kind.windows)
