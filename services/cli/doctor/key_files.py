"""Whether others on this machine can read the keys that are kept in the data directory."""

import stat
from collections.abc import AsyncIterator

from services.cli import key_file, running
from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, unknown, wrong


async def key_files(case: Case) -> AsyncIterator[Finding]:
    """Look at the modes of the files that hold keys."""
    found, open_ = [], []
    for name in (key_file.FILE, running.FILE):
        path = case.settings.data_dir / name
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue
        except OSError as error:
            yield unknown("key-files", f"{path} cannot be looked at: {error.strerror}", "run it as its owner")
            return
        found.append(name)
        if mode & 0o077:
            open_.append(str(path))
            yield wrong(
                "key-files",
                f"{path} holds keys, and others on this machine can read it (mode {mode:o})",
                f"chmod 600 {path}, and have new keys made if somebody may have read them",
            )
    if not open_:
        told = f"{' and '.join(found)} can be read by their owner alone" if found else "no keys are kept here"
        yield ok("key-files", told)
