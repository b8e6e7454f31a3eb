"""Asking a process over its management port whether it can do its work."""

import asyncio
import json
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """What a process says of itself."""

    reasons: Sequence[str]
    """Why it cannot do its work; empty when it can."""
    notes: Sequence[str] = ()
    """What is not as usual."""


async def reasons(management: str, patience: float = 3.0) -> Sequence[str]:
    """Return why the process behind a management address is not ready; empty when it is."""
    return (await ask(management, patience)).reasons


async def ask(management: str, patience: float = 3.0) -> Answer:
    """Return what the process behind a management address says of itself."""
    try:
        async with asyncio.timeout(patience):
            head, _, body = (await _get(management, "/readyz")).partition(b"\r\n\r\n")
        told = json.loads(body)
        said = [str(reason) for reason in told["reasons"]]
        return Answer([] if head.split()[1] == b"200" else said, told.get("notes", ()))
    except (OSError, TimeoutError):
        return Answer(["does not answer yet"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return Answer(["answers strangely"])


async def _get(address: str, path: str) -> bytes:
    """Return the whole answer to a GET, head and body, of a server that closes when it is done."""
    at = urlsplit(address)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: close\r\n\r\n".encode())
        return await reader.read()
    finally:
        writer.close()
