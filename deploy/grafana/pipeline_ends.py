"""The two ends of the pipeline, which readers meet."""

from typing import Any

from panels import lines
from queries import quantile, rate


def collector() -> list[Any]:
    """Return the panels of the step that takes views."""
    return [
        lines(
            "Requests",
            "Requests to the collector a second, by outcome. What failed is ours, what was refused was "
            "wrong.",
            {"{{outcome}}": rate("groundswell_collector_requests_total", "outcome")},
            unit="reqps",
            alerts=["GroundswellIngestBurnsFast", "GroundswellNoViews"],
            stacked=True,
        ),
        lines(
            "Time to an answer",
            "How long 99 of 100 requests take until they are answered, and until a group of views is "
            "durable.",
            {
                "{{endpoint}}": quantile(0.99, "groundswell_collector_seconds", "endpoint"),
                "durable": quantile(0.99, "groundswell_flush_seconds"),
            },
            unit="s",
            alerts=["GroundswellRedisRefusesWrites"],
        ),
        lines(
            "In flight",
            "Requests that are being answered, and connections of the public ports beside how many they "
            "keep.",
            {
                "views": "sum(groundswell_collector_requests_in_flight)",
                "lists and counts": "sum(groundswell_query_requests_in_flight)",
                "connections, {{instance}}": "sum by (instance) (groundswell_connections)",
                "kept, {{instance}}": "sum by (instance) (groundswell_connections_limit)",
            },
            unit="short",
            alerts=["GroundswellConnectionsNearLimit", "GroundswellConnectionsRefused"],
        ),
        lines(
            "Refused",
            "Requests, or views of a batch, refused a second, by reason. With unavailable, spool-full, "
            "backlog and internal views are lost.",
            {"{{reason}}": rate("groundswell_views_refused_total", "reason") + " > 0 or vector(0)"},
            unit="cps",
            alerts=["GroundswellIngestBurnsFast", "GroundswellPartitionRefusesViews"],
        ),
        lines(
            "Dropped",
            "Readings that do not count, a second, by reason.",
            {"{{reason}}": rate("groundswell_views_dropped_total", "reason")},
            unit="cps",
            alerts=["GroundswellNoViews"],
        ),
        lines(
            "Size of a request",
            "Bytes of the bodies of 99 of 100 requests, by endpoint.",
            {"{{endpoint}}": quantile(0.99, "groundswell_collector_body_bytes", "endpoint")},
            unit="bytes",
        ),
    ]


def query() -> list[Any]:
    """Return the panels of the step that answers readers."""
    return [
        lines(
            "Answers",
            "Requests answered a second, by class of status. 5xx is ours.",
            {"{{status}}": rate("groundswell_query_requests_total", "status")},
            unit="reqps",
            alerts=["GroundswellRedisDown"],
            stacked=True,
            width=6,
        ),
        lines(
            "Time to an answer",
            "How long 99 of 100 answers take, by endpoint.",
            {"{{endpoint}}": quantile(0.99, "groundswell_query_seconds", "endpoint")},
            unit="s",
            width=6,
        ),
        lines(
            "Refused",
            "Requests refused a second, by reason.",
            {"{{reason}}": rate("groundswell_query_refused_total", "reason") + " > 0 or vector(0)"},
            unit="cps",
            width=6,
        ),
        lines(
            "Live lists",
            "Listeners of live lists, frames sent to them a second, and listeners dropped a second for "
            "being slow.",
            {
                "listeners": "sum(groundswell_live_connections)",
                "frames a second": rate("groundswell_live_frames_total"),
                "dropped a second": rate("groundswell_live_listeners_dropped_total"),
            },
            unit="short",
            alerts=["GroundswellConnectionsNearLimit"],
            width=6,
        ),
    ]
