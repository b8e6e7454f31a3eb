"""Whether the feeds that keep the catalogue are read."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client
from shared.feed_state import FeedState, read_states

LONG = 3_600.0
"""Seconds after which a feed that is not read has kept new articles off the lists for too long."""

_DESK = "see that the desk runs with this feed among its settings, and what it logs"


async def feeds(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at every feed and WordPress that is followed."""
    settings, well = case.settings, 0
    for site in settings.sites:
        wordpress = settings.wordpress_of(site)
        followed = [*settings.feeds_of(site), *([wordpress] if wordpress else [])]
        states = await read_states(redis, site) if followed else {}
        for url in followed:
            finding = _judge(url, states.get(url, FeedState(url)), case.now)
            if finding is None:
                well += 1
            else:
                yield finding
    if well:
        yield ok("feeds", f"{well} {'is' if well == 1 else 'are'} read")
    elif not any(settings.feeds_of(site) or settings.wordpress_of(site) for site in settings.sites):
        yield ok("feeds", "none is followed")


def _judge(url: str, state: FeedState, now: float) -> Finding | None:
    if not state.last_try_at:
        return warning("feeds", f"{url} was not asked yet", _DESK)
    if now - state.last_try_at > LONG:
        return wrong("feeds", f"{url} was last asked {span(now - state.last_try_at)} ago", _DESK)
    if not state.last_error:
        return None
    if state.last_success_at >= state.last_try_at:
        return warning("feeds", f"{url} is read, but: {state.last_error}", "have whoever makes it mend that")
    last = f"{span(now - state.last_success_at)} ago" if state.last_success_at else "never"
    told = f"{url} cannot be read: {state.last_error}; last read {last}"
    remedy = "open the address from the machine of the desk; it is asked again by itself"
    if now - state.last_success_at > LONG:
        return wrong("feeds", told, remedy)
    return warning("feeds", told, remedy)
