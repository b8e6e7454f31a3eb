"""Whether the disk of the data directory has room for what may have to wait on it."""

import shutil
from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, size
from services.cli.doctor.finding import Finding, ok, unknown, warning, wrong

_SCARCE = 0.1
"""The share of a disk that should be free, unless that is a lot."""

_A_LOT = 10 * 1_024**3


async def disk(case: Case) -> AsyncIterator[Finding]:
    """Compare what is free with what the spool may take, and with what there is."""
    settings = case.settings
    try:
        usage = shutil.disk_usage(settings.data_dir)
    except FileNotFoundError:
        yield ok("disk", f"there is no {settings.data_dir} here")
        return
    except OSError as error:
        yield unknown("disk", f"{settings.data_dir} cannot be looked at: {error.strerror}")
        return
    told = f"{size(usage.free)} of {size(usage.total)} are free in {settings.data_dir}"
    wanted = settings.spool_max_bytes if settings.spool else 0
    if usage.free <= wanted:
        yield wrong(
            "disk",
            f"{told}, and the spool may have to take {size(wanted)}",
            "make room, or lower spool_max_bytes",
        )
    elif usage.free < min(_A_LOT, _SCARCE * usage.total):
        yield warning("disk", told, "make room before Redis' file, the spool and the backups need it")
    else:
        yield ok("disk", told)
