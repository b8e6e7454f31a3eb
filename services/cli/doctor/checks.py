"""All checks, in the order in which they are told, and how one that fails is told."""

from collections.abc import Mapping

from services.cli.doctor.addresses import addresses
from services.cli.doctor.backups import backups
from services.cli.doctor.books import books
from services.cli.doctor.case import Case, LookHere, LookInRedis
from services.cli.doctor.clocks import clocks
from services.cli.doctor.closed import closed
from services.cli.doctor.connected import connected
from services.cli.doctor.dead_letters import dead_letters
from services.cli.doctor.denied import denied
from services.cli.doctor.disk import disk
from services.cli.doctor.durability import append_only_file, last_writes
from services.cli.doctor.feeds import feeds
from services.cli.doctor.finding import Finding, unknown
from services.cli.doctor.key_files import key_files
from services.cli.doctor.lists import lists, ranker
from services.cli.doctor.memory import eviction, memory
from services.cli.doctor.overrides import overrides
from services.cli.doctor.permissions import permissions
from services.cli.doctor.processes import processes
from services.cli.doctor.public import public_pages, public_url
from services.cli.doctor.rules import rules
from services.cli.doctor.server import latency, role, version
from services.cli.doctor.sites import sites
from services.cli.doctor.spool import spool
from services.cli.doctor.streams import streams
from shared.connection import UNAVAILABLE, Client
from shared.reachable import why

HERE: Mapping[str, LookHere] = {
    "sites": sites,
    "keys": closed,
    "key-files": key_files,
    "public-url": public_url,
    "public-pages": public_pages,
    "processes": processes,
    "disk": disk,
    "spool": spool,
    "rules": rules,
}

IN_REDIS: Mapping[str, LookInRedis] = {
    "latency": latency,
    "version": version,
    "role": role,
    "permissions": permissions,
    "denied": denied,
    "append-only-file": append_only_file,
    "last-writes": last_writes,
    "eviction": eviction,
    "memory": memory,
    "clocks": clocks,
    "connected": connected,
    "streams": streams,
    "dead-letters": dead_letters,
    "books": books,
    "ranker": ranker,
    "lists": lists,
    "feeds": feeds,
    "addresses": addresses,
    "backups": backups,
    "overrides": overrides,
}


async def look_here(case: Case) -> list[Finding]:
    """Return what is found without Redis."""
    return [finding for look in HERE.values() async for finding in look(case)]


async def look_in_redis(case: Case, redis: Client) -> list[Finding]:
    """Return what is found in a Redis that answers; a check that it refuses is told as such."""
    found: list[Finding] = []
    for name, look in IN_REDIS.items():
        try:
            async for finding in look(case, redis):
                found.append(finding)
        except UNAVAILABLE as error:
            found.append(unknown(name, f"Redis refuses: {why(error) or error or type(error).__name__}"))
    return found


def look_nowhere(reason: str) -> list[Finding]:
    """Return that nothing could be looked at in Redis."""
    return [unknown(name, reason) for name in IN_REDIS]
