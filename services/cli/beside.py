"""What a process does beside its service: it watches Redis, and the web process sends heartbeats."""

import asyncio
import socket
from collections.abc import Coroutine
from importlib import import_module
from typing import Any

from prometheus_client import CollectorRegistry

from services.cli.sockets import address
from shared.redis_watch import RedisWatch
from shared.service import Service
from shared.settings import Settings
from shared.tasks import end

HEARTBEAT = "services.heartbeat"
"""Loaded only where it is needed: its client of HTTP takes a tenth of a second."""


async def run(
    service: Coroutine[Any, Any, None],
    name: str,
    settings: Settings,
    registry: CollectorRegistry,
    public: socket.socket | None,
) -> None:
    """Run a service of this name to its end; `public` is the socket at which readers find it."""
    watch = RedisWatch(settings.redis, registry, memory=name == "counter")
    heart = _heart(settings, registry, public) if name == "web" and public else None
    looking = asyncio.create_task(watch.keep_looking(), name="watch on Redis")
    if heart is not None:
        await heart.start()
    try:
        await service
    finally:
        if heart is not None:
            await heart.stop()
        await end([looking])
        await watch.close()


def _heart(settings: Settings, registry: CollectorRegistry, public: socket.socket) -> Service:
    url = settings.heartbeat_url or address(public)
    heart: Service = import_module(HEARTBEAT).build(
        settings.model_copy(update={"heartbeat_url": url}), registry
    )
    return heart
