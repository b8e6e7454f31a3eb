"""A file that is no access log: it is told so before anything of it is taken in."""

from services.cli.importing import log_line
from services.cli.importing.log_file import LogFile
from services.cli.importing.skip import Skip
from services.cli.trouble import Trouble

_SHOWN = 80
"""Characters of a line that people are shown."""

_EXPECTED = '203.0.113.7 - - [21/Feb/2026:17:09:00 +0000] "GET /news/a HTTP/1.1" 200 512 "referer" "agent"'


def demand_log(log: LogFile) -> None:
    """Raise Trouble when not one line of the file is of an access log. An empty file is an empty log."""
    first = None
    for raw, _ in log.lines():
        if log_line.parse(raw) is not Skip.BROKEN_LINE:
            return
        first = raw if first is None else first
    if first is not None:
        raise Trouble(
            "FILE: not one line is of an access log in Apache's combined or common format, such as "
            f"{_EXPECTED}; its first line is {shown(first)}"
        )


def shown(raw: bytes) -> str:
    """Return the beginning of a line between quotes, with whatever a terminal would act on escaped."""
    text = raw[: 4 * _SHOWN].decode("utf-8", "replace")
    return repr(f"{text[:_SHOWN]}..." if len(text) > _SHOWN else text)
