"""What every process tells, whichever service it runs: its build, its Redis, its connections, its heartbeat.

Like the metrics of the services (shared/metrics.py), each has its sentence.
"""

from importlib.metadata import version

from prometheus_client import CollectorRegistry

from shared.metric_maker import Maker


class ProcessMetrics:
    """What runs, and whether Redis answers it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.build = make.gauge(
            "build_info", "1, with the version that runs.", version=(version("groundswell"),)
        )
        self.build.labels(version("groundswell")).set(1)
        self.redis_up = make.gauge("redis_up", "1 while Redis answers this process, else 0.")


class MemoryMetrics:
    """How full Redis is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.used = make.gauge("redis_memory_bytes", "Memory that Redis uses; 0 while that is not known.")
        self.limit = make.gauge(
            "redis_memory_limit_bytes", "What Redis may use (maxmemory); 0 without a limit, or while unknown."
        )


class ServerMetrics:
    """Who is connected to the public port of a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.connections = make.gauge("connections", "Connections that the public port has.")
        self.most = make.gauge("connections_limit", "Connections that the public port keeps.")
        self.turned_away = make.counter(
            "connections_refused",
            "Connections answered 503 (too-many-connections), because there were as many as are kept.",
        )


class HeartbeatMetrics:
    """Whether a synthetic view goes the whole way."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.at = make.gauge(
            "heartbeat_timestamp_seconds",
            "When a heartbeat was last seen in the counts; 0 before the first, NaN where none is sent.",
        )
        self.took = make.gauge(
            "heartbeat_seconds", "Time the last one took from being posted until it was seen there."
        )
        self.failures = make.counter(
            "heartbeat_failures", "Heartbeats that were not taken, or not seen there within 20 seconds."
        )


class TraceMetrics:
    """What becomes of the spans of traces, where they are made."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = Maker(registry)
        self.spans = make.counter(
            "spans",
            "Spans of traces that were sent, were not taken (failed), or found the queue full.",
            outcome=("sent", "failed", "queue-full"),
        )
