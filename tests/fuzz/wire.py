"""What is no request at all, on a socket of its own."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from random import Random

from tests.fuzz.asking import ask
from tests.fuzz.stage import Stage
from tests.fuzz.words import FORGED, HEADER_VALUES, LENGTHS
from tests.listening import served

AT_ONCE = 50
PATIENCE = 0.5
"""Seconds an answer may take before the client hangs up; what is no request has none."""

_GOOD = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\nauthorization: Bearer desk-key\r\n\r\n"

_HEADS: tuple[bytes, ...] = (
    *(b"", b"\r\n", b"\x00", b"\xff" * 100, b"\x16\x03\x01\x02\x00\x01", b"GET", b"GET / HTTP/1.1\r\n"),
    *(
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n\r\n",
        b"get / http/1.1\r\n\r\n",
        b"GET / HTTP/1.0\n\n",
    ),
    *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n", b"OPTIONS * HTTP/1.1\r\n\r\n"),
    *(b"GET http://evil.example/docs HTTP/1.1\r\nhost: a\r\n\r\n", b"GET /%00%0d%0a HTTP/1.1\r\n\r\n"),
    *(b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"),
    *(
        b"GET / HTTP/1.1\r\n: a\r\n\r\n",
        b"GET / HTTP/1.1\r\na b: c\r\n\r\n",
        b"GET / HTTP/1.1\r\n a: b\r\n\r\n",
    ),
    b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nx: a\r" + FORGED.encode() + b"\r\n\r\n",
    b"POST /v1/views HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\nzz\r\n",
    b"POST /v1/views HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST /v1/views HTTP/1.1\r\ncontent-type: text/plain\r\ncontent-length: 99\r\n\r\n{",
)


def bytes_of(seed: int, number: int, now: float) -> bytes:
    """Return what is sent: a request of a stranger as it would be written, or nothing like one."""
    random = Random(f"wire:{seed}:{number}")
    if random.random() < 0.4:
        return b"".join(random.choices(_HEADS, k=random.choice((1, 1, 2))))
    asked = ask(seed, number, now)
    body = b"".join(asked.parts)
    path = asked.path.encode("utf-8", "surrogatepass") + b"?" + asked.query
    headers = [header for header in asked.headers if header[0] != b"content-length"]
    length = random.choice((*(str(len(body)).encode(),) * 20, *LENGTHS))
    lines = [asked.method.encode() + b" " + path + b" HTTP/1.1", b"content-length: " + length]
    lines += [name + b": " + value for name, value in headers]
    if random.random() < 0.2:
        lines.insert(random.randrange(len(lines) + 1), random.choice(HEADER_VALUES))
    whole = b"\r\n".join([*lines, b"", body])
    return whole if random.random() < 0.7 else whole[: random.randrange(len(whole) + 1)]


async def on_the_wire(stage: Stage, number: int, *, seed: int = 1) -> list[str]:
    """Open so many connections to each public port, and return what was wrong with what came back."""
    found: list[str] = []
    now = time.time()
    for app in ("web", "desk"):
        numbers = iter(range(number))
        async with served(stage.apps[app]) as server:

            async def stranger(port: int, numbers: Iterator[int] = numbers) -> None:
                for one in numbers:
                    sent = bytes_of(seed, one, now)
                    found.extend(f"{fault}: {sent[:500]!r}" for fault in faults(await _sent(port, sent)))

            await asyncio.gather(*(stranger(server.port) for _ in range(AT_ONCE)))
            if b" 200 " not in await _sent(server.port, _GOOD):
                found.append(f"{app} answers nobody any more")
    return found


async def _sent(port: int, sent: bytes) -> bytes:
    """Send some bytes, wait for an answer in case there is one, hang up, and return what came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = b""
    # Who is thrown out before everything is sent, or read, has had an answer all the same.
    with suppress(ConnectionError):
        writer.write(sent)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                answered = await reader.read(65_536)
        with suppress(OSError):
            writer.write_eof()
        async with asyncio.timeout(30):
            while part := await reader.read(65_536):
                answered += part
    writer.transport.abort()
    return answered


def faults(answered: bytes) -> Iterator[str]:
    """Tell what is wrong with the answers on one connection."""
    if not answered:
        return
    head = answered.partition(b"\r\n")[0]
    version, _, rest = head.partition(b" ")
    if version != b"HTTP/1.1":
        yield f"no answer of HTTP: {head[:100]!r}"
    elif rest.startswith(b"5") and not rest.startswith(b"503"):
        yield f"answered {head!r}"
