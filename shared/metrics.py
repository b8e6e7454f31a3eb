"""Every metric of the services, each with a sentence. No article id, address or user agent is ever a label.

What every process tells, whichever service it runs, is in shared/process_metrics.py.
"""

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry

from shared.listing import NAMES
from shared.metric_maker import WAITS, Maker
from shared.override import Action
from shared.problem import Kind

REASONS = tuple(kind.slug for kind in Kind)
"""Why a request is refused."""


class CollectorMetrics:
    """What the collector admits and writes."""

    def __init__(
        self, registry: CollectorRegistry, *, drop_reasons: Iterable[str], sites: Iterable[str] = ()
    ) -> None:
        make = Maker(registry)
        self.accepted = make.counter("views_accepted", "Views that are durable on a stream or in the spool.")
        self.dropped = make.counter(
            "views_dropped",
            "Readings that do not count, by reason; their request was answered 202.",
            reason=drop_reasons,
        )
        self.refused = make.counter(
            "views_refused",
            "Requests, or single views of a batch, that were wrong or could not be taken, by reason.",
            reason=REASONS,
        )
        self.requests = make.tally(
            "collector_requests",
            "Requests answered, by endpoint and outcome: refused is a 4xx, failed a 5xx.",
            endpoint=("view", "batch", "pixel"),
            outcome=("accepted", "dropped", "refused", "failed"),
        )
        self.seconds = make.spread(
            "collector_seconds", "Time to an answer, by endpoint.", endpoint=("view", "batch", "pixel")
        )
        self.body_bytes = make.spread(
            "collector_body_bytes",
            "Size of bodies that were read, by endpoint.",
            buckets=(256, 512, 2_048, 8_192, 131_072, 2_097_152),
            endpoint=("view", "batch"),
        )
        self.in_flight = make.gauge("collector_requests_in_flight", "Requests that are being answered.")
        self.by_site = make.tally(
            "site_views_accepted",
            "Views taken of a site's pages and servers, without heartbeats.",
            site=sites,
        )
        self.flush_seconds = make.histogram(
            "flush_seconds", "Time it took to make one group of views durable."
        )
        self.flush_views = make.histogram(
            "flush_views",
            "Views made durable at once.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000),
        )
        self.flush_failures = make.counter(
            "flush_failures", "Groups of views that Redis was given and did not take."
        )
        self.arrivals_failures = make.counter(
            "arrivals_write_failures",
            "Times Redis did not take what arrived, for the board; it is kept for the next time.",
        )
        self.untrusted_forwarded = make.counter(
            "untrusted_forwarded",
            "Readings whose X-Forwarded-For came from an address that is no trusted proxy.",
        )
        self.heaviest_address = make.gauge(
            "heaviest_address_share",
            "Share of a site's views, of the last 1,000 or more, that came from one address.",
            site=(),
        )
        self.backlog_exceeded = make.gauge(
            "stream_backlog_exceeded",
            "1 while more of a partition waits to be counted than may, or for longer; its views are refused.",
            partition=(),
        )


class SpoolMetrics:
    """What the collector keeps on disk while Redis does not take it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.views_spooled = make.counter("views_spooled", "Views that were made durable in the spool.")
        self.entries_spooled = make.counter("entries_spooled", "Entries that were made durable in the spool.")
        self.entries_replayed = make.counter(
            "entries_replayed", "Entries brought from the spool to a stream."
        )
        self.entries_expired = make.counter(
            "entries_expired", "Entries that waited in the spool for too long and became dead letters."
        )
        self.failures = make.counter(
            "spool_failures",
            "Entries the spool did not take (max-bytes, disk), and files of it nobody can read (unreadable).",
            reason=("max-bytes", "disk", "unreadable"),
        )
        self.entries = make.gauge("spool_entries", "Entries that wait in the spool.")
        self.bytes = make.gauge("spool_bytes", "Bytes of entries that wait there.")
        self.oldest = make.gauge(
            "spool_oldest_timestamp_seconds",
            "When the oldest entry in the spool was put there; 0 without one.",
        )


class CounterMetrics:
    """What the counter commits."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.counted = make.counter("views_counted", "Views counted.")
        self.duplicates = make.counter(
            "views_duplicate", "Views already counted, by what told so.", kind=("visitor", "event", "entry")
        )
        self.refused = make.counter(
            "views_refused_at_commit",
            "Views of articles that nobody knew, beyond what their site lets in, by the limit.",
            reason=("new-ids", "max-ids"),
        )
        self.repeated_entries = make.counter(
            "entries_repeated", "Entries whose id had been committed before."
        )
        self.dead = make.counter(
            "entries_dead",
            "Entries that became dead letters, by defect.",
            defect=("undecodable", "unknown-version"),
        )
        self.dead_letters = make.gauge("dead_letters", "Dead letters that are kept.", partition=())
        self.dead_trimmed = make.counter(
            "dead_letters_trimmed", "Dead letters that had to go for newer ones; what they held is lost."
        )
        self.reclaimed = make.counter(
            "entries_reclaimed", "Entries taken over from a consumer that went silent."
        )
        self.commit_failures = make.counter(
            "commit_failures", "Commits that failed and left their entries pending."
        )
        self.script_errors = make.counter(
            "script_errors",
            "Commits that Redis answered with an error, by what it was.",
            error=("wrong-type", "out-of-memory", "read-only", "not-permitted", "other"),
        )
        self.visible = make.spread(
            "view_counted_seconds",
            "Time from when the first view of an entry was received until it was counted; without imports.",
            buckets=WAITS,
        ).labels()
        self.commit_seconds = make.histogram("commit_seconds", "Time one commit took.")
        self.clock_jump = make.gauge(
            "redis_clock_jump_seconds",
            "How far the clock of Redis jumped within the last half hour; 0 while it goes as it should.",
        )
        self.commit_views = make.histogram(
            "commit_views", "Views in one commit.", buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 2000)
        )
        self.stream_length = make.gauge("stream_length", "Entries on a stream.", partition=())
        self.lag = make.gauge(
            "stream_lag",
            "Entries not delivered yet; NaN while Redis cannot tell, as after a restart.",
            partition=(),
        )
        self.pending = make.gauge("stream_pending", "Entries delivered and not acknowledged.", partition=())
        self.oldest_undelivered = make.gauge(
            "stream_oldest_undelivered_timestamp_seconds",
            "When the oldest entry not delivered yet was written; 0 without one.",
            partition=(),
        )
        self.oldest_pending = make.gauge(
            "stream_oldest_pending_timestamp_seconds",
            "When the oldest entry delivered and not acknowledged was written; 0 without one.",
            partition=(),
        )
        self.group_recreated = make.counter(
            "group_recreated", "Times the consumer group was gone and made again."
        )
        self.subscriber_restarts = make.counter(
            "subscriber_restarts", "Times the watchdog started a stopped subscriber."
        )
        self.board_members = make.gauge("board_members", "Articles on a board, over all sites.", half_life=())
        self.board_trimmed = make.counter("board_trimmed", "Articles trimmed off a board.", half_life=())


class RankerMetrics:
    """What the ranker publishes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.leader = make.gauge("ranker_leader", "1 while this ranker holds the lease.")
        self.published = make.counter("lists_published", "Lists written.", list=NAMES)
        self.rank_seconds = make.histogram("rank_seconds", "Time one list took to rank.", list=NAMES)
        self.visible = make.histogram(
            "view_listed_seconds",
            "Longest time a counted view can have waited for a list that is ranked every second.",
            buckets=WAITS,
        )
        self.entered = make.counter(
            "list_entered", "Articles that came into the first ten of a list.", list=NAMES
        )
        self.certified = make.gauge(
            "list_certified_depth",
            "Places of every board that were read until a list was certain; over all sites the most.",
            list=NAMES,
        )
        self.rank_failures = make.counter("rank_failures", "Rounds of ranking that failed.")
        self.published_at = make.gauge(
            "list_published_timestamp_seconds",
            "When a list was last ranked, and written if it had changed; over all sites the oldest.",
            list=NAMES,
        )


class QueryMetrics:
    """What the query service answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.requests = make.tally(
            "query_requests", "Requests answered, by endpoint and status class.", endpoint=(), status=()
        )
        self.refused = make.counter("query_refused", "Requests refused, by reason.", reason=REASONS)
        self.seconds = make.spread("query_seconds", "Time to an answer, by endpoint.", endpoint=())
        self.in_flight = make.gauge(
            "query_requests_in_flight", "Requests that are being answered; a live list only until it begins."
        )
        self.live_connections = make.gauge("live_connections", "Connections of live lists that are open.")
        self.live_frames = make.counter("live_frames", "Frames of live lists sent, one for each listener.")
        self.live_dropped = make.counter(
            "live_listeners_dropped", "Listeners dropped because they did not take a frame in time."
        )


class DeskMetrics:
    """What the newsroom changes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.changes = make.counter(
            "desk_changes",
            "Changes of the catalogue, overrides and corrections, by what was done.",
            action=("put", "delete", "merge", *get_args(Action), "lift", "expire", "correct"),
        )
        self.refused = make.counter(
            "desk_refused", "Requests, or single articles of a bulk, refused, by reason.", reason=REASONS
        )
        self.moved = make.counter("views_moved", "Views moved from an alias to its article.")
        self.corrected = make.counter("views_corrected", "Views taken out of the counts again.")
        self.overrides = make.gauge(
            "overrides_in_force", "Overrides in force over all sites, by action.", action=get_args(Action)
        )
        self.backup_at = make.gauge(
            "backup_timestamp_seconds", "When a backup was last made; 0 before the first."
        )
        self.backup_failures = make.gauge(
            "backup_failures", "Backups that could not be made since the last one that was."
        )


class FollowMetrics:
    """How following what the sites publish goes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.turns = make.counter(
            "feed_turns",
            "Times a feed or a WordPress was asked for what is new, by how it went.",
            outcome=("done", "failed"),
        )
        self.entries = make.counter(
            "feed_entries",
            "Entries of feeds that were new or changed, by whether they were stored.",
            outcome=("stored", "refused"),
        )
        self.seconds = make.histogram(
            "feed_turn_seconds",
            "Time it took to ask a feed and to take in what was new.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
        )
        self.success = make.gauge(
            "feed_success_timestamp_seconds",
            "When a site's feed was last read or had not changed; of several the oldest, 0 before the first.",
            site=(),
        )
