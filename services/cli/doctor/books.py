"""Whether every view that was accepted is somewhere, and nowhere twice: the audit's equation."""

from collections.abc import AsyncIterator

from services.cli import audit
from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, unknown, wrong
from services.cli.trouble import Trouble
from services.collector.spool.spool import DIRECTORY
from shared.connection import Client


async def books(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Audit every partition, with what waits in the spool here."""
    try:
        ledgers = await audit.read(redis, case.settings.data_dir / DIRECTORY)
    except Trouble as trouble:
        yield unknown("books", str(trouble))
        return
    off = [ledger for ledger in ledgers if not ledger.balanced]
    if not off:
        counted = sum(ledger.counted for ledger in ledgers)
        yield ok("books", f"they balance: {counted:,} views counted, each accepted one is somewhere")
    elif all(ledger.steady for ledger in off):
        yield wrong(
            "books",
            f"they do not balance in partition {', '.join(str(ledger.p) for ledger in off)}",
            "`groundswell audit` shows where; was Redis changed by hand, or did a failover lose views? "
            "Spools on other machines are not seen from here",
        )
    else:
        yield unknown("books", "the streams moved too fast to be read at one moment", "run it again")
