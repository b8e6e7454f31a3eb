"""Every metric of Groundswell, each with a sentence. No article id, address or user agent is ever a label."""

from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.listing import NAMES
from shared.override import Action
from shared.problem import Kind

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class CollectorMetrics:
    """What the collector admits and writes."""

    def __init__(self, registry: CollectorRegistry, *, drop_reasons: tuple[str, ...]) -> None:
        self.accepted = Counter(
            "groundswell_views_accepted", "Views that are durable on a stream.", registry=registry
        )
        self.dropped = Counter(
            "groundswell_views_dropped",
            "Readings that do not count, by reason; their request was answered 202.",
            ["reason"],
            registry=registry,
        )
        self.refused = Counter(
            "groundswell_views_refused",
            "Requests, or single views of a batch, that were wrong or could not be taken, by reason.",
            ["reason"],
            registry=registry,
        )
        self.requests = Counter(
            "groundswell_collector_requests",
            "Requests answered, by endpoint.",
            ["endpoint"],
            registry=registry,
        )
        self.flush_seconds = Histogram(
            "groundswell_flush_seconds",
            "Time Redis took to make one group of views durable.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.flush_views = Histogram(
            "groundswell_flush_views",
            "Views written to Redis at once.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000),
            registry=registry,
        )
        self.flush_failures = Counter(
            "groundswell_flush_failures", "Groups of views that Redis did not take.", registry=registry
        )
        self.arrivals_failures = Counter(
            "groundswell_arrivals_write_failures",
            "Times Redis did not take what arrived, for the board; it is kept for the next time.",
            registry=registry,
        )
        for reason in drop_reasons:
            self.dropped.labels(reason)
        for kind in Kind:
            self.refused.labels(kind.slug)
        for endpoint in ("view", "batch", "pixel"):
            self.requests.labels(endpoint)


class CounterMetrics:
    """What the counter commits."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.counted = Counter("groundswell_views_counted", "Views counted.", registry=registry)
        self.duplicates = Counter(
            "groundswell_views_duplicate",
            "Views already counted, by what told so.",
            ["kind"],
            registry=registry,
        )
        self.refused = Counter(
            "groundswell_views_refused_at_commit",
            "Views of articles that nobody knew, beyond what their site lets in, by the limit.",
            ["reason"],
            registry=registry,
        )
        self.repeated_entries = Counter(
            "groundswell_entries_repeated", "Entries whose id had been committed before.", registry=registry
        )
        self.dead = Counter(
            "groundswell_entries_dead",
            "Entries that became dead letters, by defect.",
            ["defect"],
            registry=registry,
        )
        self.reclaimed = Counter(
            "groundswell_entries_reclaimed",
            "Entries taken over from a consumer that went silent.",
            registry=registry,
        )
        self.commit_failures = Counter(
            "groundswell_commit_failures",
            "Commits that failed and left their entries pending.",
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "groundswell_commit_seconds", "Time one commit took.", buckets=_SECONDS, registry=registry
        )
        self.commit_views = Histogram(
            "groundswell_commit_views",
            "Views in one commit.",
            buckets=(1, 5, 20, 50, 100, 200, 500, 1000, 2000),
            registry=registry,
        )
        self.stream_length = Gauge(
            "groundswell_stream_length", "Entries on a stream.", ["partition"], registry=registry
        )
        self.lag = Gauge(
            "groundswell_stream_lag",
            "Entries not delivered yet; NaN while Redis cannot tell, as after a restart.",
            ["partition"],
            registry=registry,
        )
        self.pending = Gauge(
            "groundswell_stream_pending",
            "Entries delivered and not acknowledged.",
            ["partition"],
            registry=registry,
        )
        self.oldest_undelivered = Gauge(
            "groundswell_stream_oldest_undelivered_timestamp_seconds",
            "When the oldest entry not delivered yet was written; 0 without one.",
            ["partition"],
            registry=registry,
        )
        self.oldest_pending = Gauge(
            "groundswell_stream_oldest_pending_timestamp_seconds",
            "When the oldest entry delivered and not acknowledged was written; 0 without one.",
            ["partition"],
            registry=registry,
        )
        self.group_recreated = Counter(
            "groundswell_group_recreated",
            "Times the consumer group was gone and made again.",
            registry=registry,
        )
        self.subscriber_restarts = Counter(
            "groundswell_subscriber_restarts",
            "Times the watchdog started a stopped subscriber.",
            registry=registry,
        )
        self.board_members = Gauge(
            "groundswell_board_members",
            "Articles on a board, over all sites.",
            ["half_life"],
            registry=registry,
        )
        self.board_trimmed = Counter(
            "groundswell_board_trimmed", "Articles trimmed off a board.", ["half_life"], registry=registry
        )
        for kind in ("visitor", "event", "entry"):
            self.duplicates.labels(kind)
        for reason in ("new-ids", "max-ids"):
            self.refused.labels(reason)
        for defect in ("undecodable", "unknown-version"):
            self.dead.labels(defect)


class RankerMetrics:
    """What the ranker publishes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leader = Gauge(
            "groundswell_ranker_leader", "1 while this ranker holds the lease.", registry=registry
        )
        self.published = Counter("groundswell_lists_published", "Lists written.", ["list"], registry=registry)
        self.rank_seconds = Histogram(
            "groundswell_rank_seconds",
            "Time one list took to rank.",
            ["list"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.rank_failures = Counter(
            "groundswell_rank_failures", "Rounds of ranking that failed.", registry=registry
        )
        self.published_at = Gauge(
            "groundswell_list_published_timestamp_seconds",
            "When a list was last ranked, and written if it had changed; over all sites the oldest.",
            ["list"],
            registry=registry,
        )
        for name in NAMES:
            self.published.labels(name)
            self.rank_seconds.labels(name)
            self.published_at.labels(name)


class QueryMetrics:
    """What the query service answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "groundswell_query_requests",
            "Requests answered, by endpoint and status class.",
            ["endpoint", "status"],
            registry=registry,
        )
        self.refused = Counter(
            "groundswell_query_refused", "Requests refused, by reason.", ["reason"], registry=registry
        )
        self.seconds = Histogram(
            "groundswell_query_seconds",
            "Time to an answer, by endpoint.",
            ["endpoint"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.live_connections = Gauge(
            "groundswell_live_connections", "Connections of live lists that are open.", registry=registry
        )
        self.live_frames = Counter(
            "groundswell_live_frames", "Frames of live lists sent, one for each listener.", registry=registry
        )
        self.live_dropped = Counter(
            "groundswell_live_listeners_dropped",
            "Listeners dropped because they did not take a frame in time.",
            registry=registry,
        )
        for kind in Kind:
            self.refused.labels(kind.slug)


class DeskMetrics:
    """What the newsroom changes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.changes = Counter(
            "groundswell_desk_changes",
            "Changes of the catalogue, overrides and corrections, by what was done.",
            ["action"],
            registry=registry,
        )
        self.refused = Counter(
            "groundswell_desk_refused",
            "Requests, or single articles of a bulk, refused, by reason.",
            ["reason"],
            registry=registry,
        )
        self.moved = Counter(
            "groundswell_views_moved", "Views moved from an alias to its article.", registry=registry
        )
        self.corrected = Counter(
            "groundswell_views_corrected", "Views taken out of the counts again.", registry=registry
        )
        self.overrides = Gauge(
            "groundswell_overrides_in_force",
            "Overrides in force over all sites, by action.",
            ["action"],
            registry=registry,
        )
        for action in get_args(Action):
            self.overrides.labels(action)
        for action in ("put", "delete", "merge", *get_args(Action), "lift", "expire", "correct"):
            self.changes.labels(action)
        for kind in Kind:
            self.refused.labels(kind.slug)


class FollowMetrics:
    """How following what the sites publish goes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.turns = Counter(
            "groundswell_feed_turns",
            "Times a feed or a WordPress was asked for what is new, by how it went.",
            ["outcome"],
            registry=registry,
        )
        self.entries = Counter(
            "groundswell_feed_entries",
            "Entries of feeds that were new or changed, by whether they were stored.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "groundswell_feed_turn_seconds",
            "Time it took to ask a feed and to take in what was new.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
            registry=registry,
        )
        self.success = Gauge(
            "groundswell_feed_success_timestamp_seconds",
            "When a site's feed was last read or had not changed; of several the oldest, 0 before the first.",
            ["site"],
            registry=registry,
        )
        self._succeeded: dict[str, dict[str, float]] = {}
        for outcome in ("done", "failed"):
            self.turns.labels(outcome)
        for outcome in ("stored", "refused"):
            self.entries.labels(outcome)

    def succeeded(self, site: str, url: str, at: float) -> None:
        """Note when a feed was last read, in Unix seconds."""
        moments = self._succeeded.setdefault(site, {})
        moments[url] = at
        self.success.labels(site).set(min(moments.values()))

    def took(self, stored: int, refused: int) -> None:
        """Note what became of entries."""
        self.entries.labels("stored").inc(stored)
        self.entries.labels("refused").inc(refused)
