"""Listening sockets: made here, or inherited from whoever started this process."""

import errno
import os
import socket

from services.cli.tether import FIRST_FD
from services.cli.trouble import Trouble
from shared.service import bind

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not listened on


def listen(host: str, port: int, flag: str) -> socket.socket:
    """Return a listening socket. Raises Trouble that names the flag to change."""
    try:
        return bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Trouble(
                f"port {port} on {host} is in use; stop what uses it, "
                f"or give another --{flag} (0 picks a free one)"
            ) from None
        if error.errno == errno.EACCES:
            raise Trouble(f"port {port} is not yours to use; give a --{flag} of 1024 or more") from None
        raise Trouble(f"cannot listen on {host} port {port}: {error.strerror or error}") from None


def inherited() -> dict[str, socket.socket]:
    """Return the sockets that LISTEN_FDS hands to this process, by name; none without it.

    The variables are taken away, so that no child of this process believes them.
    """
    count = os.environ.pop("LISTEN_FDS", "0")
    names = os.environ.pop("LISTEN_FDNAMES", "")
    if os.environ.pop("LISTEN_PID", "") != str(os.getpid()):
        return {}
    found = {}
    for fd, name in enumerate(names.split(":")[: int(count)], FIRST_FD):
        os.set_inheritable(fd, False)
        found[name] = socket.socket(fileno=fd)
        found[name].setblocking(False)
    return found


def address(bound: socket.socket) -> str:
    """Return the http address at which this machine reaches a listening socket."""
    host, port = bound.getsockname()[:2]
    host = WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
