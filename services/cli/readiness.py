"""Asking a process over its management port whether it can do its work."""

import asyncio
import json
from urllib.parse import urlsplit


async def reasons(management: str, patience: float = 3.0) -> list[str]:
    """Return why the process behind a management address is not ready; empty when it is."""
    try:
        async with asyncio.timeout(patience):
            head, _, body = (await _get(management, "/readyz")).partition(b"\r\n\r\n")
        if head.split()[1] == b"200":
            return []
        return [str(reason) for reason in json.loads(body)["reasons"]]
    except (OSError, TimeoutError):
        return ["does not answer yet"]
    except (ValueError, LookupError, TypeError):
        return ["answers strangely"]


async def _get(address: str, path: str) -> bytes:
    """Return the whole answer to a GET, head and body, of a server that closes when it is done."""
    at = urlsplit(address)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: close\r\n\r\n".encode())
        return await reader.read()
    finally:
        writer.close()
