"""Newsroom: the traffic of each site, and the lists made of it."""

from typing import Any

from boards import board
from panels import lines, number
from queries import newest, rate

SITE = 'site=~"$site"'
VIEWS = f"groundswell_site_views_accepted_total{{{SITE}}}"


def dashboard(runbooks: str) -> Any:
    """Return the dashboard."""
    rows = {"": [*_traffic()], "Lists": [*_lists()], "Desk and feeds": [*_desk()]}
    description = (
        "How much is read on each site, and how lists, overrides and feeds go. Articles are on the board."
    )
    return board("Newsroom", description, rows, runbooks, since="now-24h", refresh="1m", sites=True)


def _traffic() -> list[Any]:
    return [
        number(
            "Views within an hour",
            "Views of the last hour, by site.",
            {"{{site}}": f"sum by (site) (increase({VIEWS}[1h]))"},
            unit="short",
            decimals=0,
            alerts=["GroundswellNoViews"],
            width=8,
            height=8,
        ),
        lines(
            "Views a minute, and a week ago",
            "Views a minute of the chosen sites, beside those of the same time of last week.",
            {
                "now": f"60 * sum(rate({VIEWS}[$__rate_interval]))",
                "a week ago": f"60 * sum(rate({VIEWS}[$__rate_interval] offset 1w))",
            },
            unit="cpm",
            alerts=["GroundswellNoViews"],
            width=16,
        ),
        lines(
            "Views a minute by site",
            "Where readers are: views a minute, by site.",
            {"{{site}}": f"60 * sum by (site) (rate({VIEWS}[$__rate_interval]))"},
            unit="cpm",
            stacked=True,
        ),
        lines(
            "Share of the busiest address",
            "How many of the views of a site come from one address. A fifth is a proxy that is not trusted, "
            "or a flood. A site is told of once it has had 1,000 views.",
            {"{{site}}": f"max by (site) (groundswell_heaviest_address_share{{{SITE}}})"},
            unit="percentunit",
            limit=0.2,
            alerts=["GroundswellOneAddress"],
        ),
        lines(
            "Readings that do not count",
            "Readings dropped a minute over all sites, by reason: bots, own traffic, foreign pages.",
            {"{{reason}}": f"60 * {rate('groundswell_views_dropped_total', 'reason')}"},
            unit="cpm",
            stacked=True,
        ),
    ]


def _lists() -> list[Any]:
    return [
        lines(
            "Newcomers to the first ten",
            "Articles an hour that came into the first ten of a list, over all sites: how much the lists "
            "move.",
            {"{{list}}": f"3600 * {rate('groundswell_list_entered_total', 'list')}"},
            unit="short",
        ),
        lines(
            "Age of the lists",
            "Since when each list was not ranked, of all sites the longest. Lists of long windows are "
            "ranked once a minute.",
            {"{{list}}": f"time() - {newest('groundswell_list_published_timestamp_seconds', 'list')}"},
            unit="s",
            limit=300,
            alerts=["GroundswellListsOld"],
        ),
        lines(
            "Articles with readers",
            "Articles of all sites that have weight, by the half-life in which it goes.",
            {"half-life {{half_life}}": newest("groundswell_board_members", "half_life")},
            unit="short",
        ),
    ]


def _desk() -> list[Any]:
    return [
        number(
            "Overrides in force",
            "Articles that are pinned, banned, boosted or sponsored now, over all sites.",
            {"{{action}}": newest("groundswell_overrides_in_force", "action")},
            unit="none",
            width=6,
            height=8,
        ),
        lines(
            "Changes at the desk",
            "Changes of the catalogue and of overrides, an hour, by what was done.",
            {"{{action}}": f"3600 * {rate('groundswell_desk_changes_total', 'action')}"},
            unit="short",
            width=6,
        ),
        lines(
            "Feeds not read",
            "Since when a feed of a site was not read. New articles of that site are on no list.",
            {"{{site}}": f"time() - max by (site) (groundswell_feed_success_timestamp_seconds{{{SITE}}})"},
            unit="s",
            limit=7200,
            alerts=["GroundswellFeedFails"],
            width=6,
        ),
        lines(
            "Entries of feeds",
            "New or changed entries of feeds, an hour, by whether they were stored or refused.",
            {"{{outcome}}": f"3600 * {rate('groundswell_feed_entries_total', 'outcome')}"},
            unit="short",
            alerts=["GroundswellFeedFails"],
            width=6,
        ),
    ]
