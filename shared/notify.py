"""Telling the service manager how this process does: sd_notify, the protocol of systemd.

A message is one datagram of lines NAME=VALUE, sent to the socket that
NOTIFY_SOCKET names. Without one nobody is told anything.
"""

import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)

_PATIENCE = 1.0
"""Seconds the manager has to take a message."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Whom to tell, and how often a sign of life is expected."""

    address: str = ""
    """A path, or a name with @ before it, which is an abstract address; empty for nobody."""
    watchdog: float = 0.0
    """Seconds after which silence means that this process hangs; 0 when nobody minds."""

    @classmethod
    def from_environment(cls) -> "Notify":
        """Return what the environment names, and take it away, so that no child speaks for this process."""
        address = os.environ.pop("NOTIFY_SOCKET", "")
        microseconds = os.environ.pop("WATCHDOG_USEC", "")
        minded = os.environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        return cls(address, int(microseconds) / 1e6 if minded and microseconds.isdigit() else 0.0)

    def ready(self, reasons: Sequence[str]) -> None:
        """Say that the start is over, and why not all is well, a sentence each."""
        self._tell("READY=1", f"STATUS={'; '.join(reasons) or 'ready'}")

    async def alive(self) -> None:
        """Give a sign of life."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._tell("STOPPING=1", "STATUS=finishes what is under way")

    def _tell(self, *lines: str) -> None:
        """Send lines. A manager that takes nothing is logged: that is no reason to stop working."""
        if not self.address:
            return
        text = "\n".join(" ".join(line.splitlines()) for line in lines)
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
                speaking.settimeout(_PATIENCE)
                speaking.sendto(text.encode(), address)
        except OSError as error:
            log.warning("the service manager was not told %s: %s", lines[0], error)


NOBODY = Notify()
"""No service manager."""
