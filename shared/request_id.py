"""The name of a refused request, which a trusted proxy may have given to it."""

import re
import secrets
from collections.abc import Callable

from shared.address import Spans, trusts
from shared.http import REQUEST_ID, Request

_WELL_FORMED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def named_by(proxies: Spans) -> Callable[[Request], str]:
    """Return what tells the name that one of these proxies has given to a request, else a new one."""

    def name_of(request: Request) -> str:
        given = request.headers(REQUEST_ID)
        if len(given) == 1 and _WELL_FORMED.fullmatch(given[0]) and trusts(proxies, request.peer):
            return given[0].decode()
        return secrets.token_hex(8)

    return name_of
