"""Everything on this machine: the processes, in order, kept alive and ended in order.

The supervisor makes every listening socket itself and keeps it, so a process
that dies leaves its port behind, and whoever knocks meanwhile waits a moment
instead of being refused.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from services.cli import logs, readiness, running
from services.cli.child import Child
from services.cli.embedded import Embedded
from services.cli.lock import Lock
from services.cli.running import Running
from services.cli.single import RESOLVED
from services.cli.sockets import address
from shared.connection import UNAVAILABLE, connect
from shared.settings import Settings
from shared.tasks import end

SERVICES = ("web", "counter", "ranker", "desk")
TELL_EVERY = 3.0
"""Seconds between two lines that say what is waited for."""

WhenReady = Callable[[Running], Awaitable[None]]
Chore = Callable[[], Coroutine[Any, Any, None]]


class Supervisor:
    """The processes of one `groundswell serve`."""

    def __init__(
        self,
        settings: Settings,
        lock: Lock,
        valkey: Embedded | None,
        sockets: Mapping[str, Mapping[str, socket.socket]],
        when_ready: WhenReady,
        *,
        chores: Sequence[Chore] = (),
    ) -> None:
        """`settings` are resolved: they name the Redis, the keys and the public address.

        `sockets` are the listening sockets of each process, by process and use;
        `when_ready` is awaited once everything is ready, and cancelled at the end.
        So are the `chores`, but each for itself: one that fails is logged.
        """
        self._settings = settings
        self._lock = lock
        self._sockets = sockets
        self._when_ready = when_ready
        self._chores = chores
        self._doing: list[asyncio.Task[None]] = []
        # Asked now: a socket that was closed at the end has no address any more.
        self._url = address(sockets["web"]["http"])
        self._desk = address(sockets["desk"]["http"])
        self._management = {name: address(sockets[name]["management"]) for name in SERVICES}
        self._ready = False
        environment = {RESOLVED: settings.model_dump_json()}
        self._services = {
            name: Child(
                name=name,
                command=[sys.executable, "-P", "-m", "services.cli.single", name],
                listen={use: bound.fileno() for use, bound in sockets[name].items()},
                keep=lock.fd,
                environment=environment,
                changed=self._note,
            )
            for name in SERVICES
        }
        self._redis = valkey and Child(
            name="redis",
            command=valkey.command(),
            listen={},
            keep=lock.fd,
            environment={},
            changed=self._note,
            log_file=valkey.log_file,
        )

    async def run(self) -> None:
        """Run until SIGTERM, SIGINT or SIGHUP, then end everything in order."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(signum, stop.set)
        stopping = asyncio.create_task(stop.wait())
        working = asyncio.create_task(self._work())
        try:
            await asyncio.wait([stopping, working], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working  # raises what went wrong
            await stopping
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await working
            await self._end()

    def running(self) -> Running:
        """Return how to reach what runs."""
        settings = self._settings
        return Running(
            redis_url=settings.redis,
            url=self._url,
            desk=self._desk,
            management=self._management,
            keys=running.plain_keys(settings),
            pids={
                **{name: child.pids for name, child in self._services.items()},
                "redis": self._redis.pids if self._redis else [],
            },
            sites=tuple(settings.sites),
            settings=settings.model_dump(mode="json"),
        )

    async def _work(self) -> None:
        if self._redis:
            self._redis.start()
        await until_nothing(self._redis_wait)
        for child in self._services.values():
            child.start()
        await until_nothing(self._services_wait)
        self._ready = True
        self._note()
        self._doing = [asyncio.create_task(chore()) for chore in self._chores]
        await self._when_ready(self.running())

    async def _redis_wait(self) -> list[str]:
        client = connect(self._settings.redis, deadline=2, name="supervisor")
        try:
            await client.ping()
        except UNAVAILABLE as error:
            return [f"redis: {error or type(error).__name__}"]
        finally:
            await client.aclose()
        return []

    async def _services_wait(self) -> list[str]:
        answers = await asyncio.gather(*(readiness.reasons(self._management[name]) for name in SERVICES))
        return [
            f"{name}: {reason}" for name, reasons in zip(SERVICES, answers, strict=True) for reason in reasons
        ]

    async def _end(self) -> None:
        """End what takes in first and what stores last, so that nothing is taken that cannot be stored."""
        self._sockets["web"]["http"].close()
        await end(self._doing)
        services = self._services
        await services["web"].stop()
        await asyncio.gather(*(services[name].stop() for name in SERVICES if name != "web"))
        if self._redis:
            await self._redis.stop()
        running.remove(self._settings.data_dir)

    def _note(self) -> None:
        """Write down which processes there are now."""
        now = self.running()
        self._lock.name([os.getpid(), *(pid for pids in now.pids.values() for pid in pids)])
        if self._ready:
            running.write(self._settings.data_dir, now)


async def until_nothing(waiting_for: Callable[[], Awaitable[list[str]]]) -> None:
    """Return once nothing is waited for; say every few seconds what is."""
    loop = asyncio.get_running_loop()
    told = loop.time()
    while waiting := await waiting_for():
        if loop.time() - told >= TELL_EVERY:
            told = loop.time()
            logs.tell(f"waiting for {'; '.join(waiting)}")
        await asyncio.sleep(0.05)
