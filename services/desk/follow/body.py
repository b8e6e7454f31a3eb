"""The body of an answer, unpacked, and never more of it than was allowed."""

import zlib
from collections.abc import Mapping

import httpcore

from services.desk.follow.trouble import Unfetched


async def body_of(response: httpcore.Response, headers: Mapping[str, str], limit: int) -> bytes:
    """Return at most `limit` bytes, counted as they are unpacked. Raises Unfetched beyond it.

    A bomb is never unpacked: zlib is told how much may come out.
    """
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > limit:
        raise _too_large(limit)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "", "gzip", "x-gzip"):
        raise Unfetched(f"it is encoded as {coding[:40]!r}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for part in response.aiter_stream():
        body += part if unpack is None else _unpacked(unpack, part, limit + 1 - len(body))
        if len(body) > limit:
            raise _too_large(limit)
    if unpack is not None and not unpack.eof:
        raise Unfetched("its gzip encoding breaks off")
    return bytes(body)


def _unpacked(unpack: "zlib._Decompress", part: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(part, room)
    except zlib.error as error:
        raise Unfetched(f"its gzip encoding is damaged: {error}") from None


def _too_large(limit: int) -> Unfetched:
    return Unfetched(f"it is larger than {limit / 1024 / 1024:g} MiB")
