"""What every service is, and how one runs: its sockets, its management port, its signals.

A service is built from settings and connects when it is started. It may have
a public HTTP application; every process has a management port beside it, on
loopback by default, with /livez, /readyz and /metrics.
"""

import asyncio
import contextlib
import gc
import json
import logging
import resource
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Protocol, runtime_checkable

import uvicorn
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from shared.crowd import Counted, Crowd
from shared.http import JSON, NO_STORE, TEXT, ASGIApp, Request, Response, Routes
from shared.notify import NOBODY, Notify
from shared.peer import Peer
from shared.process_metrics import ServerMetrics
from shared.repeat import every
from shared.tasks import end

log = logging.getLogger(__name__)

FILES = 65_536
"""Descriptors a process takes, as far as the system lets it: every connection is one."""

PATIENCE = 3.0
"""Seconds that a starting service keeps readers waiting before it answers them as it is."""

IDLE = 5
"""Seconds after which a connection that says nothing is closed, also while the server ends."""


class Service(Protocol):
    """One step of a view's way, as a process runs it."""

    app: ASGIApp | None
    """What its public port answers, None without one."""

    async def start(self) -> None:
        """Begin; a Redis that is away is waited for, not an error."""

    async def stop(self) -> None:
        """Finish what has begun, within ten seconds."""

    async def unready(self) -> list[str]:
        """Return why it cannot do its work now, a sentence each; empty when it can."""


@runtime_checkable
class Telling(Protocol):
    """A service that says more of itself than whether it is ready."""

    def notes(self) -> list[str]:
        """Return what is not as usual, a sentence each."""


def new_registry() -> CollectorRegistry:
    """Return a registry of a process' own, with what Python and the kernel say of it."""
    # A second series of everything, for when it was made, would only be paid for.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def management(service: Service, registry: CollectorRegistry) -> Routes:
    """Return the application of the management port."""

    async def livez(request: Request) -> Response:
        return Response(200, b"ok\n", (TEXT, NO_STORE))

    async def readyz(request: Request) -> Response:
        reasons = await service.unready()
        told: dict[str, object] = {"ready": not reasons, "reasons": reasons}
        if isinstance(service, Telling):
            told["notes"] = service.notes()
        body = json.dumps(told).encode()
        return Response(503 if reasons else 200, body, (JSON, NO_STORE))

    async def metrics(request: Request) -> Response:
        return Response(
            200, generate_latest(registry), ((b"content-type", CONTENT_TYPE_LATEST.encode()), NO_STORE)
        )

    return Routes({"/livez": {"GET": livez}, "/readyz": {"GET": readyz}, "/metrics": {"GET": metrics}})


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the process it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody more, then end each connection with its next answer, which says so."""
        for server in self.servers:
            server.close()
        # Whoever was let in a moment ago becomes a connection now, and not after all have been told.
        await asyncio.sleep(0)
        self.server_state.default_headers = [(b"connection", b"close")]
        await super().shutdown(sockets)


def http_server(app: ASGIApp, crowd: Crowd | None = None, *, patient: bool = False) -> uvicorn.Server:
    """Return the one server that every port of every process runs, not yet started.

    `crowd` is how many connections it keeps; None keeps all. At its end a
    `patient` one leaves idle connections open until they would have been
    closed anyway, since a request may be on its way; any other closes them.
    """
    protocol: Any = partial(Peer if crowd is None else partial(Counted, crowd=crowd), patient=patient)
    return _Server(
        uvicorn.Config(
            app,
            http=protocol,
            loop="none",
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=IDLE + 1,
        )
    )


def settle() -> None:
    """Have the garbage collector pass over what is there for good, and look less often at the rest.

    Almost nothing here is a cycle, and looking for one took a tenth of a busy process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def allow_many_files() -> None:
    """Raise how many descriptors this process may have; the usual 1,024 are fewer than listen to a list."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS names a limit that it does not grant.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def run(
    service: Service,
    registry: CollectorRegistry,
    management_socket: socket.socket,
    http: socket.socket | None = None,
    *,
    max_connections: int = FILES,
    notify: Notify = NOBODY,
    patient: bool = False,
) -> None:
    """Run a service until SIGTERM or SIGINT, then drain and return.

    `max_connections` is how many the public port keeps; the management port
    keeps all. `patient` is how the public port ends (`http_server`).
    """
    allow_many_files()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    servers = [http_server(management(service, registry))]
    tasks = [asyncio.create_task(servers[0].serve(sockets=[management_socket]))]
    stopped = asyncio.create_task(stop.wait())
    beating: list[asyncio.Task[None]] = []
    try:
        await service.start()
        settle()
        # Who connects meanwhile waits in the queue of the socket, instead of being told to come again.
        reasons = await _ready_or(stopped, service)
        if service.app is not None and http is not None:
            files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            crowd = Crowd(max_connections, files, ServerMetrics(registry))
            servers.append(http_server(service.app, crowd, patient=patient))
            tasks.append(asyncio.create_task(servers[-1].serve(sockets=[http])))
        notify.ready(reasons)
        if notify.watchdog:
            beating.append(asyncio.create_task(every(notify.watchdog / 3, "a sign of life", notify.alive)))
        # A server that ends by itself takes the process with it: the supervisor starts it again.
        await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        notify.stopping()
        await end([stopped, *beating])
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)
        await service.stop()


async def _ready_or(stopped: asyncio.Task[bool], service: Service) -> list[str]:
    """Return why it is not ready, once it is ready, is to stop, or has had its time."""
    deadline = time.monotonic() + PATIENCE
    while (reasons := await service.unready()) and not stopped.done() and time.monotonic() < deadline:
        await asyncio.wait([stopped], timeout=0.02)
    return reasons


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
