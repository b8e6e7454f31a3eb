"""One service in a process of its own.

A supervisor starts this module, so it loads nothing of the command line.
"""

import importlib
import logging
import os
import sys

import uvloop

from services.cli import beside, logs
from services.cli.sockets import HTTP, MANAGEMENT, address, inherited, listen
from services.cli.trouble import Trouble
from shared.notify import Notify
from shared.service import new_registry
from shared.service import run as run_service
from shared.settings import Settings
from shared.tracing import tracing

log = logging.getLogger("services.cli.single")

RESOLVED = "GROUNDSWELL_RESOLVED"
"""The environment variable in which a supervisor hands its settings to its children, as JSON."""

MODULES = {
    "web": "services.cli.web",
    "collector": "services.collector",
    "counter": "services.counter",
    "ranker": "services.ranker",
    "query": "services.query",
    "desk": "services.desk",
    "heartbeat": beside.HEARTBEAT,
    "chores": "services.cli.chores",
}
PORTS = {"web": "port", "collector": "port", "query": "port", "desk": "desk_port"}
"""The setting that is the port of each service that is asked."""
TRACED = frozenset({"web", "collector", "counter", "query", "desk"})
"""What a view or a question goes through."""


def run(name: str, settings: Settings, *, patient: bool = True) -> None:
    """Run one service until it is told to stop. Raises Trouble when a port cannot be had.

    At its end a `patient` one waits for requests that may be on their way,
    because somebody else answers from then on.
    """
    notify = Notify.from_environment()
    sockets = inherited()
    if HTTP in sockets and name not in PORTS:
        raise Trouble(f"LISTEN_FDNAMES: {name} has no {HTTP}, only {MANAGEMENT}")
    if MANAGEMENT not in sockets:
        sockets[MANAGEMENT] = listen(settings.management_host, settings.management_port, "management-port")
    if HTTP not in sockets and name in PORTS:
        sockets[HTTP] = listen(settings.host, getattr(settings, PORTS[name]), "port")
    logs.begin(name, settings)
    log.info("starts, %s", ", ".join(f"{use} on {address(bound)}" for use, bound in sockets.items()))
    try:
        registry = new_registry()
        build = importlib.import_module(MODULES[name]).build
        with tracing(settings if name in TRACED else None, name, registry) as given:
            service = build(settings, registry, **given)
            logs.adopt()
            uvloop.run(
                beside.run(
                    run_service(
                        service,
                        registry,
                        sockets[MANAGEMENT],
                        sockets.get(HTTP),
                        max_connections=settings.max_connections,
                        notify=notify,
                        patient=patient,
                    ),
                    name,
                    settings,
                    registry,
                    sockets.get(HTTP),
                )
            )
    except Exception:  # whatever ends the process is to be one event of its log
        log.exception("fails")
        sys.exit(1)
    log.info("ended")


if __name__ == "__main__":
    handed = Settings.model_validate_json(os.environ.pop(RESOLVED))
    # The supervisor has told what people are told; from the first line on this is its log.
    logs.begin(sys.argv[1], handed)
    # All that runs ends with it, so nobody would answer.
    run(sys.argv[1], handed, patient=False)
