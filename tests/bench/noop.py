"""The reference: a raw ASGI callable that does nothing, on the uvicorn that serves Groundswell.

python -m tests.bench.noop PORT
"""

import asyncio
import signal
import sys

import uvloop

from shared.http import Receive, Scope, Send
from shared.service import bind, http_server, settle

_HEAD = {"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]}
_BODY = {"type": "http.response.body", "body": b""}


async def noop(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body of a POST and answer 202 without one."""
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
    await send(_HEAD)
    await send(_BODY)


async def serve(port: int) -> None:
    """Serve until told to stop."""
    server = http_server(noop)
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, lambda: setattr(server, "should_exit", True))
    settle()
    await server.serve(sockets=[bind("127.0.0.1", port)])


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
