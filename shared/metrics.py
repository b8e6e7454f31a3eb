"""Every metric of Groundswell, each with a sentence. No article id, address or user agent is ever a label."""

from typing import get_args

from prometheus_client import CollectorRegistry

from shared.listing import NAMES
from shared.metric_maker import Maker
from shared.override import Action
from shared.problem import Kind

REASONS = tuple(kind.slug for kind in Kind)
"""Why a request is refused."""


class ServerMetrics:
    """Who is connected to the public port of a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.connections = make.gauge("groundswell_connections", "Connections that the public port has.")
        self.most = make.gauge("groundswell_connections_limit", "Connections that the public port keeps.")
        self.turned_away = make.counter(
            "groundswell_connections_refused",
            "Connections answered 503 (too-many-connections), because there were as many as are kept.",
        )


class CollectorMetrics:
    """What the collector admits and writes."""

    def __init__(self, registry: CollectorRegistry, *, drop_reasons: tuple[str, ...]) -> None:
        make = Maker(registry)
        self.accepted = make.counter(
            "groundswell_views_accepted", "Views that are durable on a stream or in the spool."
        )
        self.dropped = make.counter(
            "groundswell_views_dropped",
            "Readings that do not count, by reason; their request was answered 202.",
            reason=drop_reasons,
        )
        self.refused = make.counter(
            "groundswell_views_refused",
            "Requests, or single views of a batch, that were wrong or could not be taken, by reason.",
            reason=REASONS,
        )
        self.requests = make.counter(
            "groundswell_collector_requests",
            "Requests answered, by endpoint.",
            endpoint=("view", "batch", "pixel"),
        )
        self.flush_seconds = make.histogram(
            "groundswell_flush_seconds", "Time it took to make one group of views durable."
        )
        self.flush_views = make.histogram(
            "groundswell_flush_views",
            "Views made durable at once.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000),
        )
        self.flush_failures = make.counter(
            "groundswell_flush_failures", "Groups of views that Redis was given and did not take."
        )
        self.arrivals_failures = make.counter(
            "groundswell_arrivals_write_failures",
            "Times Redis did not take what arrived, for the board; it is kept for the next time.",
        )
        self.untrusted_forwarded = make.counter(
            "groundswell_untrusted_forwarded",
            "Readings whose X-Forwarded-For came from an address that is no trusted proxy.",
        )
        self.heaviest_address = make.gauge(
            "groundswell_heaviest_address_share",
            "Share of a site's views, of the last 1,000 or more, that came from one address.",
            site=(),
        )
        self.backlog_exceeded = make.gauge(
            "groundswell_stream_backlog_exceeded",
            "1 while more of a partition waits to be counted than may, or for longer; its views are refused.",
            partition=(),
        )


class SpoolMetrics:
    """What the collector keeps on disk while Redis does not take it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.views_spooled = make.counter(
            "groundswell_views_spooled", "Views that were made durable in the spool."
        )
        self.entries_spooled = make.counter(
            "groundswell_entries_spooled", "Entries that were made durable in the spool."
        )
        self.entries_replayed = make.counter(
            "groundswell_entries_replayed", "Entries brought from the spool to a stream."
        )
        self.entries_expired = make.counter(
            "groundswell_entries_expired",
            "Entries that waited in the spool for too long and became dead letters.",
        )
        self.failures = make.counter(
            "groundswell_spool_failures",
            "Entries the spool did not take (max-bytes, disk), and files of it nobody can read (unreadable).",
            reason=("max-bytes", "disk", "unreadable"),
        )
        self.entries = make.gauge("groundswell_spool_entries", "Entries that wait in the spool.")
        self.bytes = make.gauge("groundswell_spool_bytes", "Bytes of entries that wait there.")
        self.oldest = make.gauge(
            "groundswell_spool_oldest_timestamp_seconds",
            "When the oldest entry in the spool was put there; 0 without one.",
        )


class CounterMetrics:
    """What the counter commits."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.counted = make.counter("groundswell_views_counted", "Views counted.")
        self.duplicates = make.counter(
            "groundswell_views_duplicate",
            "Views already counted, by what told so.",
            kind=("visitor", "event", "entry"),
        )
        self.refused = make.counter(
            "groundswell_views_refused_at_commit",
            "Views of articles that nobody knew, beyond what their site lets in, by the limit.",
            reason=("new-ids", "max-ids"),
        )
        self.repeated_entries = make.counter(
            "groundswell_entries_repeated", "Entries whose id had been committed before."
        )
        self.dead = make.counter(
            "groundswell_entries_dead",
            "Entries that became dead letters, by defect.",
            defect=("undecodable", "unknown-version"),
        )
        self.dead_letters = make.gauge(
            "groundswell_dead_letters", "Dead letters that are kept.", partition=()
        )
        self.dead_trimmed = make.counter(
            "groundswell_dead_letters_trimmed",
            "Dead letters that had to go for newer ones; what they held is lost.",
        )
        self.reclaimed = make.counter(
            "groundswell_entries_reclaimed", "Entries taken over from a consumer that went silent."
        )
        self.commit_failures = make.counter(
            "groundswell_commit_failures", "Commits that failed and left their entries pending."
        )
        self.commit_seconds = make.histogram("groundswell_commit_seconds", "Time one commit took.")
        self.clock_jump = make.gauge(
            "groundswell_redis_clock_jump_seconds",
            "How far the clock of Redis jumped within the last half hour; 0 while it goes as it should.",
        )
        self.commit_views = make.histogram(
            "groundswell_commit_views",
            "Views in one commit.",
            buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 2000),
        )
        self.stream_length = make.gauge("groundswell_stream_length", "Entries on a stream.", partition=())
        self.lag = make.gauge(
            "groundswell_stream_lag",
            "Entries not delivered yet; NaN while Redis cannot tell, as after a restart.",
            partition=(),
        )
        self.pending = make.gauge(
            "groundswell_stream_pending", "Entries delivered and not acknowledged.", partition=()
        )
        self.oldest_undelivered = make.gauge(
            "groundswell_stream_oldest_undelivered_timestamp_seconds",
            "When the oldest entry not delivered yet was written; 0 without one.",
            partition=(),
        )
        self.oldest_pending = make.gauge(
            "groundswell_stream_oldest_pending_timestamp_seconds",
            "When the oldest entry delivered and not acknowledged was written; 0 without one.",
            partition=(),
        )
        self.group_recreated = make.counter(
            "groundswell_group_recreated", "Times the consumer group was gone and made again."
        )
        self.subscriber_restarts = make.counter(
            "groundswell_subscriber_restarts", "Times the watchdog started a stopped subscriber."
        )
        self.board_members = make.gauge(
            "groundswell_board_members", "Articles on a board, over all sites.", half_life=()
        )
        self.board_trimmed = make.counter(
            "groundswell_board_trimmed", "Articles trimmed off a board.", half_life=()
        )


class RankerMetrics:
    """What the ranker publishes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.leader = make.gauge("groundswell_ranker_leader", "1 while this ranker holds the lease.")
        self.published = make.counter("groundswell_lists_published", "Lists written.", list=NAMES)
        self.rank_seconds = make.histogram(
            "groundswell_rank_seconds", "Time one list took to rank.", list=NAMES
        )
        self.rank_failures = make.counter("groundswell_rank_failures", "Rounds of ranking that failed.")
        self.published_at = make.gauge(
            "groundswell_list_published_timestamp_seconds",
            "When a list was last ranked, and written if it had changed; over all sites the oldest.",
            list=NAMES,
        )


class QueryMetrics:
    """What the query service answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.requests = make.counter(
            "groundswell_query_requests",
            "Requests answered, by endpoint and status class.",
            endpoint=(),
            status=(),
        )
        self.refused = make.counter(
            "groundswell_query_refused", "Requests refused, by reason.", reason=REASONS
        )
        self.seconds = make.histogram(
            "groundswell_query_seconds", "Time to an answer, by endpoint.", endpoint=()
        )
        self.live_connections = make.gauge(
            "groundswell_live_connections", "Connections of live lists that are open."
        )
        self.live_frames = make.counter(
            "groundswell_live_frames", "Frames of live lists sent, one for each listener."
        )
        self.live_dropped = make.counter(
            "groundswell_live_listeners_dropped",
            "Listeners dropped because they did not take a frame in time.",
        )


class DeskMetrics:
    """What the newsroom changes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.changes = make.counter(
            "groundswell_desk_changes",
            "Changes of the catalogue, overrides and corrections, by what was done.",
            action=("put", "delete", "merge", *get_args(Action), "lift", "expire", "correct"),
        )
        self.refused = make.counter(
            "groundswell_desk_refused",
            "Requests, or single articles of a bulk, refused, by reason.",
            reason=REASONS,
        )
        self.moved = make.counter("groundswell_views_moved", "Views moved from an alias to its article.")
        self.corrected = make.counter("groundswell_views_corrected", "Views taken out of the counts again.")
        self.overrides = make.gauge(
            "groundswell_overrides_in_force",
            "Overrides in force over all sites, by action.",
            action=get_args(Action),
        )
        self.backup_at = make.gauge(
            "groundswell_backup_timestamp_seconds", "When a backup was last made; 0 before the first."
        )
        self.backup_failures = make.gauge(
            "groundswell_backup_failures", "Backups that could not be made since the last one that was."
        )


class FollowMetrics:
    """How following what the sites publish goes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.turns = make.counter(
            "groundswell_feed_turns",
            "Times a feed or a WordPress was asked for what is new, by how it went.",
            outcome=("done", "failed"),
        )
        self.entries = make.counter(
            "groundswell_feed_entries",
            "Entries of feeds that were new or changed, by whether they were stored.",
            outcome=("stored", "refused"),
        )
        self.seconds = make.histogram(
            "groundswell_feed_turn_seconds",
            "Time it took to ask a feed and to take in what was new.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
        )
        self.success = make.gauge(
            "groundswell_feed_success_timestamp_seconds",
            "When a site's feed was last read or had not changed; of several the oldest, 0 before the first.",
            site=(),
        )
