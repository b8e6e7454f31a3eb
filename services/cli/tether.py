"""Run a command that does not outlive whoever started it.

    python -m services.cli.tether --parent PID [--listen NAME=FD,...] [--keep FD] -- COMMAND...

A supervisor that is killed outright cannot stop its children, so the kernel
is asked to: on Linux the process is sent SIGTERM at its parent's death. The
command then takes the place of this one and keeps its pid. Elsewhere this
process stays, watches the parent, and passes signals on.

The sockets of --listen become the descriptors from 3 on, and LISTEN_FDS,
LISTEN_PID and LISTEN_FDNAMES tell the command so (the protocol of systemd).
The descriptor of --keep stays open as well.
"""

import argparse
import ctypes
import fcntl
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

FIRST_FD = 3
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> NoReturn:
    """Become the command, or watch over it."""
    parser = argparse.ArgumentParser(prog="tether")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--listen", default="")
    parser.add_argument("--keep", type=int, action="append", default=[])
    end = arguments.index("--")
    given, command = parser.parse_args(arguments[:end]), arguments[end + 1 :]
    sockets = dict(pair.split("=") for pair in given.listen.split(",") if pair)
    place([int(fd) for fd in sockets.values()], given.keep)
    os.environ["LISTEN_FDS"] = str(len(sockets))
    os.environ["LISTEN_FDNAMES"] = ":".join(sockets)
    if sys.platform == "linux":
        become(command, given.parent)
    stay(command, given.parent)


def place(listening: Sequence[int], kept: Sequence[int]) -> None:
    """Move the listening descriptors to 3 and up, and the kept ones out of their way."""
    end = FIRST_FD + len(listening)
    # All go up first: a target may be the place where another one still is.
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD, end) for fd in (*listening, *kept)]
    for target, fd in enumerate(moved[: len(listening)], FIRST_FD):
        os.dup2(fd, target)
        os.close(fd)
    for fd in {*listening, *kept} - set(range(FIRST_FD, end)):
        os.close(fd)


def become(command: Sequence[str], parent: int) -> NoReturn:
    """Turn into the command, tied to the parent's life."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    # A parent that died before the call above sends nothing any more.
    if os.getppid() != parent:
        sys.exit(1)
    execute(command)


def execute(command: Sequence[str]) -> NoReturn:
    """Turn into the command."""
    os.environ["LISTEN_PID"] = str(os.getpid())
    try:
        os.execvp(command[0], list(command))  # noqa: S606 - what the supervisor asks for
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}\n")
        os._exit(127)


def stay(command: Sequence[str], parent: int) -> NoReturn:
    """Run the command as a child, stop it when the parent dies, and end as it ends."""
    child = os.fork()
    if child == 0:
        execute(command)

    def pass_on(signum: int, frame: FrameType | None) -> None:
        os.kill(child, signum)

    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, pass_on)
    told = False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            sys.exit(code if code >= 0 else 128 - code)
        if not told and os.getppid() != parent:
            os.kill(child, signal.SIGTERM)
            told = True
        time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1:])
