"""A server with the users of deploy/redis."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.connection import Client, connect
from tests.conftest import free_port
from tests.redis_servers import redis_server

FOLDER = Path(__file__).parents[1] / "deploy" / "redis"
USERS = ("collector", "counter", "ranker", "query", "desk", "web", "tools")


def make_users(file: Path, port: int = 6379, *flags: str) -> dict[str, str]:
    """Run the program, and return the addresses it tells, by user."""
    command = [sys.executable, str(FOLDER / "make_users.py"), str(file), "--at", f"127.0.0.1:{port}", *flags]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return dict(line.split("\t") for line in told.splitlines())


class Server:
    """A server with the users, how each reaches it, and its operator."""

    def __init__(self, urls: dict[str, str], operator: Client) -> None:
        self.urls = urls
        self.operator = operator

    async def may(self, user: str, *command: str) -> bool:
        """Return whether a user may do that."""
        return bool(await self.operator.execute_command("ACL", "DRYRUN", user, *command) == b"OK")

    async def denied(self) -> list[tuple[str, str, str]]:
        """Return what was denied so far: the user, the reason and the command or key."""
        return [(one["username"], one["reason"], one["object"]) for one in await self.operator.acl_log()]


@asynccontextmanager
async def users_server(program: str, directory: Path) -> AsyncIterator[Server]:
    """Run a server with new users, and tell how each reaches it."""
    directory.mkdir(exist_ok=True)
    port = free_port()
    urls = make_users(directory / "users.acl", port)
    started = redis_server(
        program, directory, urls["operator"], port=port, aclfile=str(directory / "users.acl")
    )
    async with started:
        operator = connect(urls["operator"], deadline=5, name="operator")
        yield Server(urls, operator)
        await operator.aclose()
