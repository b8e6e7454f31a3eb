"""Whether views wait on this disk because Redis did not take them."""

import sqlite3
from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, size, span
from services.cli.doctor.finding import Finding, ok, warning, wrong
from services.collector.spool.depth import depth_of
from services.collector.spool.spool import DIRECTORY

_LONG = 600.0
"""Seconds a row may wait where Redis was away for a moment."""

_REMEDY = "have Redis answer and take writes: the collectors bring everything back by themselves"


async def spool(case: Case) -> AsyncIterator[Finding]:
    """Look at how much waits, and since when."""
    directory, settings = case.settings.data_dir / DIRECTORY, case.settings
    try:
        depth = depth_of(directory)
    except (OSError, sqlite3.Error) as error:
        yield wrong(
            "spool",
            f"the spool in {directory} cannot be read: {error}",
            "see that doctor runs as the user of the services, and that the disk is well",
        )
        return
    if not depth.entries:
        yield ok("spool", f"nothing waits in {directory}")
        return
    age = case.now - depth.since
    told = (
        f"{depth.views:,} views in {depth.entries:,} entries wait in {directory}, the oldest for {span(age)}"
    )
    if age > settings.spool_max_age / 2:
        yield wrong("spool", f"{told}; after {span(settings.spool_max_age)} they are not counted", _REMEDY)
    elif depth.bytes > settings.spool_max_bytes / 2:
        yield wrong("spool", f"{told}, with {size(depth.bytes)} of {size(settings.spool_max_bytes)}", _REMEDY)
    elif age > _LONG:
        yield wrong("spool", told, _REMEDY)
    else:
        yield warning("spool", told, _REMEDY)
