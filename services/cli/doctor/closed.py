"""What is closed for want of a key."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning

_CLOSED = {
    "batch_key": "servers cannot send batches of views",
    "desk_key": "the newsroom cannot tell of articles, pin or ban",
    "newsroom_key": "nobody can open the board",
}


async def closed(case: Case) -> AsyncIterator[Finding]:
    """Tell which keys are missing."""
    settings = case.settings
    if case.running is None:
        yield ok("keys", "`serve` makes those that are missing")
        return
    missing = [name for name in _CLOSED if not getattr(settings, name)]
    if settings.board == "public" and "newsroom_key" in missing:
        missing.remove("newsroom_key")
    if not missing:
        yield ok("keys", "batches, the desk and the board have theirs")
        return
    yield warning(
        "keys",
        "; ".join(f"without {name} {_CLOSED[name]}" for name in missing),
        f"set {', '.join(missing)}, each a long random text, for the services that need it",
    )
