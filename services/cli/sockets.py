"""Listening sockets: made here, or inherited from whoever started this process."""

import errno
import os
import socket

from services.cli.tether import FIRST_FD
from services.cli.trouble import Trouble
from shared.service import bind

HTTP, MANAGEMENT = NAMES = ("http", "management")
"""What a socket is for: those the service is for, and those who look after it."""

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

    The variables are taken away, so that no child of this process believes
    them. Raises Trouble for what is not ours to listen on.
    """
    count = os.environ.pop("LISTEN_FDS", "0")
    names = os.environ.pop("LISTEN_FDNAMES", "")
    if os.environ.pop("LISTEN_PID", "") != str(os.getpid()):
        return {}
    if not count.isdigit():
        raise Trouble(f"LISTEN_FDS: {count!r} is no number of sockets")
    return {name: _taken(fd, name) for fd, name in enumerate(named(int(count), names), FIRST_FD)}


def named(count: int, names: str) -> list[str]:
    """Return the names of so many sockets as LISTEN_FDNAMES has them.

    A single one whose name says nothing to us is the public one: systemd
    names it after its unit. Raises Trouble for any other, and for two alike.
    """
    given = [*names.split(":"), *[""] * count][:count]
    if count == 1 and given[0] not in NAMES:
        return [HTTP]
    for name in given:
        if name not in NAMES:
            raise Trouble(f"LISTEN_FDNAMES: {name!r} is none of {', '.join(NAMES)} (FileDescriptorName=)")
        if given.count(name) > 1:
            raise Trouble(f"LISTEN_FDNAMES: one socket is {name}, not {given.count(name)}")
    return given


def _taken(fd: int, name: str) -> socket.socket:
    os.set_inheritable(fd, False)
    taken = socket.socket(fileno=fd)
    if taken.family not in (socket.AF_INET, socket.AF_INET6) or not taken.getsockopt(
        socket.SOL_SOCKET, socket.SO_ACCEPTCONN
    ):
        raise Trouble(f"LISTEN_FDS: {name} is no listening TCP socket; ListenStream= is an address and port")
    taken.setblocking(False)
    return taken


def address(bound: socket.socket) -> str:
    """Return the http address at which this machine reaches a listening socket."""
    host, port = bound.getsockname()[:2]
    host = WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
