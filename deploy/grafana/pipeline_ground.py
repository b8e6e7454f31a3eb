"""What the pipeline stands on: Redis and the processes."""

from typing import Any

from panels import BAD, GOOD, lines, processes, states
from queries import rate


def ground() -> list[Any]:
    """Return the panels of Redis and of the processes."""
    return [
        states(
            "Redis",
            "Whether Redis answers each process.",
            {"{{process}}": "min by (process) (groundswell_redis_up)"},
            names={0: ("does not answer", BAD), 1: ("answers", GOOD)},
            alerts=["GroundswellRedisDown"],
            width=8,
        ),
        lines(
            "Memory of Redis",
            "What its data take, beside the most that they may (0 is no limit). A full Redis refuses views.",
            {
                "used": "max(groundswell_redis_memory_bytes)",
                "limit": "max(groundswell_redis_memory_limit_bytes)",
            },
            unit="bytes",
            alerts=["GroundswellRedisMemoryHigh", "GroundswellRedisMemoryFull"],
        ),
        lines(
            "Jump of its clock",
            "How far the clock of Redis jumped within the last half hour.",
            {"jump": "max(abs(groundswell_redis_clock_jump_seconds))"},
            unit="s",
            limit=60,
            alerts=["GroundswellRedisClockJumped"],
        ),
        processes(),
        lines(
            "Processor",
            "Cores that each process uses. One at 1 can do no more; start another beside it.",
            {
                "{{process}}": rate("process_cpu_seconds_total", "process", 'job="groundswell"'),
            },
            unit="short",
            alerts=["GroundswellLagGrows"],
        ),
        lines(
            "Memory of the processes",
            "Memory that each process holds.",
            {"{{process}}": 'sum by (process) (process_resident_memory_bytes{job="groundswell"})'},
            unit="bytes",
        ),
        lines(
            "Age of the last backup",
            "Since when no backup was made. One is made a day; before the first there is nothing to show.",
            {"age": "time() - (max(groundswell_backup_timestamp_seconds) > 0)"},
            unit="s",
            limit=26 * 3600,
            alerts=["GroundswellBackupOld", "GroundswellBackupFails"],
        ),
        lines(
            "Versions",
            "Processes of each version. There are two while a new one is rolled out.",
            {"{{version}}": "count by (version) (groundswell_build_info)"},
            unit="none",
            stacked=True,
        ),
        lines(
            "Time of a scrape",
            "How long each process takes to tell Prometheus how it does.",
            {"{{process}}": 'max by (process) (scrape_duration_seconds{job="groundswell"})'},
            unit="s",
            alerts=["GroundswellServiceDown"],
        ),
    ]
