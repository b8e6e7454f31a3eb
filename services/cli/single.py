"""One service in a process of its own.

A supervisor starts this module, so it loads nothing of the command line.
"""

import importlib
import logging
import os
import sys

import uvloop

from services.cli import logs
from services.cli.sockets import address, inherited, listen
from shared.service import new_registry
from shared.service import run as run_service
from shared.settings import Settings

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
}
PUBLIC = frozenset({"web", "collector", "query"})


def run(name: str, settings: Settings) -> None:
    """Run one service until it is told to stop. Raises Trouble when a port cannot be had."""
    logs.configure(name, settings.log_level)
    sockets = inherited()
    if "management" not in sockets:
        sockets["management"] = listen(settings.management_host, settings.management_port, "management-port")
    if "http" not in sockets and name in PUBLIC:
        sockets["http"] = listen(settings.host, settings.port, "port")
    if "http" not in sockets and name == "desk":
        sockets["http"] = listen(settings.host, settings.desk_port, "port")
    log.info("starts, %s", ", ".join(f"{use} on {address(bound)}" for use, bound in sockets.items()))
    try:
        registry = new_registry()
        service = importlib.import_module(MODULES[name]).build(settings, registry)
        logs.adopt()
        uvloop.run(
            run_service(
                service,
                registry,
                sockets["management"],
                sockets.get("http"),
                max_connections=settings.max_connections,
            )
        )
    except Exception:
        log.exception("fails")
        sys.exit(1)
    log.info("ended")


if __name__ == "__main__":
    run(sys.argv[1], Settings.model_validate_json(os.environ.pop(RESOLVED)))
