"""Pipeline, for the one on call: the way of a view, stage by stage."""

from typing import Any

from boards import board
from panels import lines
from pipeline_ends import collector, query
from pipeline_ground import ground
from queries import mean, newest, quantile, rate


def dashboard(runbooks: str) -> Any:
    """Return the dashboard."""
    rows = {
        "Collector: a request becomes views on a stream": collector(),
        "Spool: views on disk while Redis is away": _spool(),
        "Streams: views that wait to be counted": _streams(),
        "Counter: views become counts and scores": _counter(),
        "Ranker: scores become lists": _ranker(),
        "Query: lists and counts become answers": query(),
        "Redis and processes": ground(),
    }
    description = (
        "Every stage from the beacon to the list: what goes through, how long it takes and what waits."
    )
    return board("Pipeline", description, rows, runbooks, since="now-1h", refresh="15s")


def _spool() -> list[Any]:
    return [
        lines(
            "Entries that wait on disk",
            "Entries in the spool of each collector. With a Redis that takes views it is empty.",
            {"{{instance}}": "sum by (instance) (groundswell_spool_entries)"},
            unit="short",
            alerts=["GroundswellSpoolNotDraining"],
            width=6,
        ),
        lines(
            "Bytes that wait on disk",
            "Size of the spool of each collector. Beyond spool_max_bytes (256 MiB unless set) views are "
            "refused.",
            {"{{instance}}": "sum by (instance) (groundswell_spool_bytes)"},
            unit="bytes",
            alerts=["GroundswellSpoolFails"],
            width=6,
        ),
        lines(
            "In and out",
            "Entries a second that went to the spool, that came back to a stream, and that expired there.",
            {
                "in": rate("groundswell_entries_spooled_total"),
                "out": rate("groundswell_entries_replayed_total"),
                "expired": rate("groundswell_entries_expired_total"),
            },
            unit="cps",
            alerts=["GroundswellSpoolNotDraining"],
            width=6,
        ),
        lines(
            "Failures of the spool",
            "Entries a second that the spool did not take, and files of it that nobody can read. Any is a "
            "loss.",
            {"{{reason}}": rate("groundswell_spool_failures_total", "reason")},
            unit="cps",
            alerts=["GroundswellSpoolFails"],
            width=6,
        ),
    ]


def _streams() -> list[Any]:
    return [
        lines(
            "Waiting",
            "How long the oldest view waits, by partition or collector and by where: not delivered to a "
            "counter, delivered and not committed, or in a spool.",
            {"{{where}} {{partition}}{{instance}}": "groundswell:waiting:seconds"},
            unit="s",
            limit=5,
            alerts=["GroundswellFreshnessBurnsFast", "GroundswellPendingAges"],
        ),
        lines(
            "Entries not delivered",
            "Entries that no counter has taken yet, by partition. There is a gap while Redis cannot tell.",
            {"partition {{partition}}": newest("groundswell_stream_lag", "partition")},
            unit="short",
            limit=1000,
            alerts=["GroundswellLagGrows", "GroundswellPartitionRefusesViews"],
        ),
        lines(
            "Entries not committed",
            "Entries that a counter has taken and not committed, and all entries on the streams, by "
            "partition.",
            {
                "delivered, {{partition}}": newest("groundswell_stream_pending", "partition"),
                "on the stream, {{partition}}": newest("groundswell_stream_length", "partition"),
            },
            unit="short",
            alerts=["GroundswellPendingAges"],
        ),
    ]


def _counter() -> list[Any]:
    return [
        lines(
            "Views counted",
            "Views a second that were counted, that had been counted before, and that a limit kept out.",
            {
                "counted": rate("groundswell_views_counted_total"),
                "duplicate, {{kind}}": rate("groundswell_views_duplicate_total", "kind"),
                "refused, {{reason}}": rate("groundswell_views_refused_at_commit_total", "reason"),
            },
            unit="cps",
        ),
        lines(
            "From received to counted",
            "How long it takes until a view is counted, imports left out: half of the entries, 99 of 100.",
            {
                "half": quantile(0.5, "groundswell_view_counted_seconds"),
                "99 of 100": quantile(0.99, "groundswell_view_counted_seconds"),
            },
            unit="s",
            limit=5,
            alerts=["GroundswellFreshnessBurnsFast"],
        ),
        lines(
            "Time of a commit",
            "How long Redis takes to count a batch: half of the commits, 99 of 100.",
            {
                "half": quantile(0.5, "groundswell_commit_seconds"),
                "99 of 100": quantile(0.99, "groundswell_commit_seconds"),
            },
            unit="s",
            alerts=["GroundswellFreshnessBurnsFast"],
        ),
        lines(
            "Views in a commit",
            "Views counted at once, on average. More of them mean more work for less time.",
            {"views": mean("groundswell_commit_views")},
            unit="short",
        ),
        lines(
            "What went wrong at a commit",
            "Commits that failed, errors of scripts, entries taken over, groups made again and subscribers "
            "started again, a second.",
            {
                "commit failed": rate("groundswell_commit_failures_total"),
                "script: {{error}}": rate("groundswell_script_errors_total", "error"),
                "taken over": rate("groundswell_entries_reclaimed_total"),
                "group made again": rate("groundswell_group_recreated_total"),
                "subscriber started again": rate("groundswell_subscriber_restarts_total"),
            },
            unit="cps",
            alerts=["GroundswellRedisRefusesWrites", "GroundswellGroupRecreated"],
        ),
        lines(
            "Dead letters",
            "Entries that nobody could count and that are kept, by partition. Beyond 10,000 the oldest are "
            "lost.",
            {"partition {{partition}}": newest("groundswell_dead_letters", "partition")},
            unit="short",
            alerts=["GroundswellDeadLetters", "GroundswellDeadLettersLost"],
        ),
    ]


def _ranker() -> list[Any]:
    return [
        lines(
            "Age of the lists",
            "Since when each list was not ranked, of all sites the longest.",
            {"{{list}}": f"time() - {newest('groundswell_list_published_timestamp_seconds', 'list')}"},
            unit="s",
            limit=300,
            alerts=["GroundswellListsOld"],
        ),
        lines(
            "From received to listed",
            "The longest that a counted view can have waited for its list: half of the rounds, 99 of 100.",
            {
                "half": quantile(0.5, "groundswell_view_listed_seconds"),
                "99 of 100": quantile(0.99, "groundswell_view_listed_seconds"),
            },
            unit="s",
            limit=5,
            alerts=["GroundswellFreshnessBurnsFast"],
        ),
        lines(
            "Time to rank",
            "How long one list takes, 99 of 100.",
            {"{{list}}": quantile(0.99, "groundswell_rank_seconds", "list")},
            unit="s",
            alerts=["GroundswellListsOld"],
        ),
        lines(
            "Lists written",
            "Lists written a second, which they are when they changed, and rounds of ranking that failed.",
            {
                "{{list}}": rate("groundswell_lists_published_total", "list"),
                "failed": rate("groundswell_rank_failures_total"),
            },
            unit="cps",
            alerts=["GroundswellListsOld"],
        ),
        lines(
            "Certified places",
            "Places of each list that are proved right over all partitions, of all sites the fewest.",
            {"{{list}}": newest("groundswell_list_certified_depth", "list")},
            unit="short",
        ),
        lines(
            "Leaders",
            "Rankers that hold the lease. One is right; none for a moment is a change of leaders.",
            {"leaders": "sum(groundswell_ranker_leader)"},
            unit="none",
            alerts=["GroundswellListsOld"],
        ),
    ]
