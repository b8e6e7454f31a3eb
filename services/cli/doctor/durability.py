"""Whether Redis keeps what was accepted when it ends."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client

_FSYNC = {
    "always": "appendonly yes, appendfsync always: nothing accepted is lost",
    "everysec": "appendonly yes, appendfsync everysec: about 2 s may be lost when the power fails",
}
_LAST = {
    "aof_last_write_status": "the last write to the append-only file failed, and Redis takes no writes",
    "aof_last_bgrewrite_status": "the append-only file could not be rewritten, and grows",
    "rdb_last_bgsave_status": "the last snapshot failed; Redis may take no writes for that",
}


async def append_only_file(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at how writes become durable."""
    if not (await redis.info("persistence"))["aof_enabled"]:
        yield wrong(
            "append-only-file",
            "there is none: what was accepted since the last snapshot is lost when Redis ends",
            "CONFIG SET appendonly yes, and put it into the configuration of Redis",
        )
        return
    fsync = (await redis.config_get("appendfsync"))["appendfsync"]
    if fsync in _FSYNC:
        yield ok("append-only-file", _FSYNC[fsync])
    else:
        yield warning(
            "append-only-file",
            f"appendfsync {fsync}: what the system had not yet written is lost when the power fails",
            "CONFIG SET appendfsync everysec, and put it into the configuration of Redis",
        )


async def last_writes(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at whether Redis could write its files."""
    persistence = await redis.info("persistence")
    failed = [words for name, words in _LAST.items() if persistence.get(name, "ok") != "ok"]
    for words in failed:
        yield wrong(
            "last-writes", words, "see the log of Redis, and whether its disk is full or may not be written"
        )
    if not failed:
        yield ok("last-writes", "Redis could write its files")
