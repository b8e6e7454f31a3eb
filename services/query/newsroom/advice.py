"""What can be done about readings that do not arrive: a sentence for each reason that somebody can act on.

A closed table. tests/unit/test_advice.py holds it to the reasons there are.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shared.arrivals import MAX_ORIGINS, TOO_MUCH, Arrivals
from shared.hours import HOUR

FOREIGN_ORIGIN = "foreign-origin"
MOST_ORIGINS = 5
"""Foreign origins that are spoken of, the largest."""

FEWEST = 20
"""Readings below which a share of them says nothing."""


class Dropped(NamedTuple):
    """What is said of a reason once it takes this share of all that was accepted or dropped."""

    share: float
    sentence: str


DROPPED: Mapping[str, Dropped | None] = {
    FOREIGN_ORIGIN: None,  # spoken of by origin
    "own-traffic": Dropped(
        0.5,
        "{readings} came from the site's own networks. If these are readers, look at own_networks, and at "
        "trusted_proxies: behind a proxy that is not trusted all of them share its address.",
    ),
    "bot": Dropped(
        0.5,
        "{readings} were made by programs, which is more than by people. If these are readers, see that "
        "whatever stands in front passes on their User-Agent header.",
    ),
    "opt-out": Dropped(
        0.2,
        "{readings} came with Global Privacy Control or Do Not Track. They are not counted, because "
        "honour_privacy_signals is on.",
    ),
    "no-token": Dropped(
        0.05,
        "{readings} came without the token that this site requires. See that your pages carry data-token and "
        "data-article, also the cached ones, or switch require_token off meanwhile.",
    ),
    "wrong-token": Dropped(
        0.05,
        "{readings} had a token that is not their article's. If your own pages made it, compare it with what "
        "`groundswell token` prints; else somebody invents articles, and they do not count.",
    ),
    "prefetch": None,  # as it should be: who then looks at the page is counted
}
"""Every reason; None where there is nothing to do."""

REFUSED: Mapping[str, str] = {
    "unavailable": "{readings} could not be taken, because Redis did not answer or was full. Whoever runs "
    "Groundswell should look at its log and at the memory of Redis.",
    "spool-full": "{readings} could not be taken, because Redis did not answer and the spool on disk was "
    "full too. Whoever runs Groundswell should look at Redis first, then at the disk and at spool_max_bytes.",
    "backlog": "{readings} were refused, because too many views wait to be counted. Whoever runs Groundswell "
    "should see that the counter runs; `groundswell top` shows how far it is behind.",
    "too-many-requests": "{readings} were refused, because one address or network sent more than "
    "address_limit or network_limit lets in. If these are readers behind one proxy, name it in "
    "trusted_proxies, or raise the limit; docs/addresses.md says more.",
    "bad-article-id": "{readings} named something that cannot be an article id. Look at data-article, or at "
    "the canonical link, of your pages.",
    "bad-shape": "{readings} did not have the shape of a view: `site`, and `article` or `url`. /docs shows "
    "what is taken.",
    "unknown-field": "{readings} had a field that a view does not have. /docs shows what is taken.",
    "bad-time": "{readings} of batches said they had happened more than 24 hours ago or will yet happen. "
    "Send them sooner, and look at the clock of the server that sends them.",
}
"""Refusals of requests that named a site, the most urgent first."""

UNCOUNTED: Mapping[str, str] = {
    "max-ids": "{readings} named articles that nobody had read before, and were not counted: the site has as "
    "many as max_ids allows. Articles that the desk has always count.",
    "new-ids": "{readings} named articles that nobody had read before, more at once than new_ids_per_minute "
    "allows, and were not counted. If they are yours, tell the desk of your articles, which always count. If "
    "somebody invents them, require tokens.",
}
"""What was not counted at commit, the most urgent first."""


NOTHING_CATALOGUED = (
    "Views arrive, but the catalogue has no article yet, and a list shows only what it has. Tell the desk of "
    "your articles with PUT /v1/article."
)


def advise(arrived: Arrivals, now: float, *, catalogued: bool = True) -> list[str]:
    """Return what can be done, a sentence or two each, the most urgent first.

    `now` is in Unix seconds; `catalogued` is whether the site has any article.
    """
    return [
        *_silence(arrived, now),
        *([NOTHING_CATALOGUED] if arrived.accepted and not catalogued else []),
        *(
            sentence.format(readings=_readings(arrived.refused[kind]))
            for kind, sentence in REFUSED.items()
            if arrived.refused.get(kind)
        ),
        *(
            sentence.format(readings=_readings(arrived.uncounted[limit]))
            for limit, sentence in UNCOUNTED.items()
            if arrived.uncounted.get(limit)
        ),
        *_addresses(arrived),
        *_foreign(arrived),
        *_shares(arrived),
    ]


def _silence(arrived: Arrivals, now: float) -> Iterator[str]:
    if arrived.last_ms is None:
        yield (
            "No view has arrived within two days. Put the snippet on every article page, and see in a "
            "browser that it loads and posts."
        )
    elif (quiet := now - arrived.last_ms / 1000) > HOUR:
        hours = round(quiet / HOUR)
        yield (
            f"The last view arrived {hours} hour{'' if hours == 1 else 's'} ago. If that is no quiet time, "
            "see that the article pages still carry the snippet, and that it loads and posts."
        )


def _addresses(arrived: Arrivals) -> Iterator[str]:
    if arrived.untrusted:
        yield (
            f"{_readings(arrived.untrusted)} came with X-Forwarded-For from an address that is not among "
            "trusted_proxies, so it was not believed. If a proxy of yours stands in front, start with "
            "--trusted-proxy and its network; else somebody made it up, and nothing is to be done."
        )
    if arrived.heaviest is not None and arrived.heaviest > TOO_MUCH:
        yield (
            f"{arrived.heaviest:.0%} of the views come from one address. If it is a proxy of yours, start "
            "with --trusted-proxy and its network: until then all readers behind it with the same browser "
            "are one. docs/addresses.md says what that costs."
        )


def _foreign(arrived: Arrivals) -> Iterator[str]:
    for origin, count in list(arrived.origins.items())[:MOST_ORIGINS]:
        if origin.startswith(("http://", "https://")):
            yield (
                f"{_readings(count)} came from pages of {origin}. If they are yours, start with "
                f"--origin {origin}."
            )
    nameless = arrived.dropped.get(FOREIGN_ORIGIN, 0) - sum(arrived.origins.values())
    # Where there are as many as are kept, these may be of further ones.
    if nameless > 0 and len(arrived.origins) < MAX_ORIGINS:
        yield (
            f"{_readings(nameless)} came from pages that do not say whose they are, such as a file opened "
            "from disk or a sandboxed frame. Serve such a page from the site to have it counted."
        )


def _shares(arrived: Arrivals) -> Iterator[str]:
    every = arrived.accepted + sum(arrived.dropped.values())
    for reason, said in DROPPED.items():
        count = arrived.dropped.get(reason, 0)
        if said is not None and every >= FEWEST and count >= said.share * every:
            yield said.sentence.format(readings=_readings(count))


def _readings(count: int) -> str:
    return "1 reading" if count == 1 else f"{count:,} readings"
