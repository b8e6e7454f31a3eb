"""Overview, for a wall: are views arriving, fresh, shown?"""

from typing import Any

from boards import board
from panels import DOUBTFUL, GOOD, lines, number, processes, states
from queries import OURS, budget_left, newest, quantile, rate

INGEST, FRESH = 0.999, 0.99
"""The objectives over 30 days: the share of views that is taken, and of the time in which none waits long."""


def dashboard(runbooks: str) -> Any:
    """Return the dashboard."""
    rows = {"": [*_now(), *_lately(), *_lasting()]}
    description = "Whether views arrive, are counted soon and are shown, large enough for a wall."
    return board("Overview", description, rows, runbooks, since="now-3h", refresh="15s")


def _now() -> list[Any]:
    return [
        number(
            "Views",
            "Views that were taken, a second, without heartbeats. None at all is right only where nobody "
            "reads.",
            {"views": rate("groundswell_site_views_accepted_total")},
            unit="cps",
            alerts=["GroundswellNoViews"],
        ),
        number(
            "Longest wait",
            "How long the oldest view that is not counted yet has waited, wherever that is. Beyond five "
            "seconds readers see old counts.",
            {"waits": "max(groundswell:waiting:seconds)"},
            unit="s",
            decimals=0,
            steps=(5, 60),
            alerts=["GroundswellFreshnessBurnsFast", "GroundswellSpoolNotDraining"],
        ),
        number(
            "The whole way",
            "How long the last heartbeat took, from its beacon to the count that readers see. One is sent "
            "each minute.",
            {"heartbeat": newest("groundswell_heartbeat_seconds")},
            unit="s",
            steps=(5, 15),
            alerts=["GroundswellHeartbeatMissing"],
        ),
        number(
            "Age of the lists",
            "Since when the list that waits longest was not ranked. Lists of long windows are ranked once a "
            "minute.",
            {"age": f"time() - min({newest('groundswell_list_published_timestamp_seconds', 'list')})"},
            unit="s",
            decimals=0,
            steps=(120, 300),
            alerts=["GroundswellListsOld"],
        ),
        number(
            "Refused by us",
            "Share of the views of the last five minutes that we could not take. It may be 0.1% over a "
            "month.",
            {"refused": "groundswell:ingest_failures:ratio_rate5m"},
            unit="percentunit",
            steps=(0.001, 0.0144),
            alerts=["GroundswellIngestBurnsFast", "GroundswellIngestBurnsSlowly"],
        ),
        number(
            "Alerts",
            "Alerts that fire. With a critical one views are lost, or readers see old things now.",
            {severity: f"count({_firing(severity)}) or vector(0)" for severity in ("critical", "warning")},
            unit="none",
            steps=(1,),
        ),
    ]


def _lately() -> list[Any]:
    return [
        lines(
            "Views by site",
            "Views that were taken, a second.",
            {"{{site}}": rate("groundswell_site_views_accepted_total", "site")},
            unit="cps",
            alerts=["GroundswellNoViews"],
            stacked=True,
            height=9,
        ),
        lines(
            "From received to counted",
            "How long it takes until a view is counted: for half of the entries, for 99 of 100, and for the "
            "heartbeat.",
            {
                "half": quantile(0.5, "groundswell_view_counted_seconds"),
                "99 of 100": quantile(0.99, "groundswell_view_counted_seconds"),
                "heartbeat": newest("groundswell_heartbeat_seconds"),
            },
            unit="s",
            limit=5,
            alerts=["GroundswellFreshnessBurnsFast", "GroundswellFreshnessBurnsSlowly"],
            height=9,
        ),
        lines(
            "Answers to readers",
            "Requests for lists and counts answered, a second, by class of status. 5xx is ours.",
            {"{{status}}": rate("groundswell_query_requests_total", "status")},
            unit="reqps",
            stacked=True,
            height=9,
        ),
    ]


def _lasting() -> list[Any]:
    refused = f"groundswell_views_refused_total{{{OURS}}}"
    return [
        number(
            "Budget: views taken",
            "What is left of the views that may be refused over 30 days, which is 0.1%. Below 0 the "
            "objective is missed.",
            {"left": budget_left(refused, "groundswell_views_accepted_total", INGEST)},
            unit="percentunit",
            steps=(0.25, 0),
            alerts=["GroundswellIngestBurnsSlowly"],
            height=8,
            zero=None,
        ),
        number(
            "Budget: fresh",
            "What is left of the time over 30 days in which some view may wait for more than five seconds, "
            "which is 1%. Below 0 the objective is missed.",
            {"left": f"1 - avg_over_time(groundswell:late:bool[30d]) / {1 - FRESH:.6g}"},
            unit="percentunit",
            steps=(0.25, 0),
            alerts=["GroundswellFreshnessBurnsSlowly"],
            height=8,
            zero=None,
        ),
        processes(),
        states(
            "Alerts",
            "Which alerts fired, and when.",
            {
                "{{alertname}}": f"max by (alertname) ({_firing()})"
                ' or label_replace(vector(0), "alertname", "none", "", "")'
            },
            names={0: ("none", GOOD), 1: ("fires", DOUBTFUL)},
            width=8,
        ),
    ]


def _firing(severity: str = ".+") -> str:
    return f'ALERTS{{alertname=~"Groundswell.*", alertstate="firing", severity=~"{severity}"}}'
