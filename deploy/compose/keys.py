"""Make the keys and passwords of docker-compose.yml that are missing, each where its service alone reads it.

    python keys.py FOLDER --at valkey:6379 make         at every start; what is there stays
    python keys.py FOLDER --at valkey:6379 show         tell those that people need
    python keys.py FOLDER --at valkey:6379 renew KEY    a new one; the last one stays valid beside it

FOLDER has a folder for each service, a volume of its own. Every service has a
user of its own in Redis (docs/redis.md).
"""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

MAKE_USERS = Path(__file__).parents[1] / "redis" / "make_users.py"
GROUNDSWELL, VALKEY, GRAFANA = 10_001, 999, 472
"""The users that containers run as."""

ADMIN = "admin_password"
KEYS = ("batch_key", "desk_key", "newsroom_key")
"""Those that a service takes several of."""


class Holder(NamedTuple):
    """Who reads a folder, what is in it, and as whom its redis_url comes to Redis."""

    reader: int
    user: str | None
    keys: tuple[str, ...] = ()


HOLDERS = {
    "valkey": Holder(VALKEY, "operator"),
    "web": Holder(GROUNDSWELL, "web", ("batch_key", "newsroom_key")),
    "counter": Holder(GROUNDSWELL, "counter"),
    "ranker": Holder(GROUNDSWELL, "ranker"),
    "desk": Holder(GROUNDSWELL, "desk", ("desk_key",)),
    # None but the operator may have the append-only file written anew.
    "chores": Holder(GROUNDSWELL, "operator"),
    "tools": Holder(GROUNDSWELL, "tools", KEYS),
    "grafana": Holder(GRAFANA, None, (ADMIN,)),
}


def make(folder: Path, at: str) -> None:
    """Make what is missing, and have a Valkey that runs read its users again if they are others now."""
    for name in (*KEYS, ADMIN):
        _give(folder, name, _kept(folder, name) or secrets.token_urlsafe(32))
    users = folder / "valkey" / "users.acl"
    before = users.read_text() if users.exists() else None
    without = {
        holder.user
        for name, holder in HOLDERS.items()
        if holder.user and not (folder / name / "redis_url").exists()
    }
    renew = [f"--renew={user}" for user in sorted(without)]
    command = [sys.executable, str(MAKE_USERS), str(users), "--at", at, *renew]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    urls = dict(line.split("\t") for line in told.splitlines())
    for name, holder in HOLDERS.items():
        if holder.user in urls:
            _write(folder / name / "redis_url", urls[holder.user], holder.reader)
    _hand_over(users, VALKEY)
    if before is not None and users.read_text() != before:
        _load((folder / "valkey" / "redis_url").read_text())


def show(folder: Path) -> None:
    """Print those that people need."""
    for name in KEYS:
        sys.stdout.write(f"{name}\t{_kept(folder, name)}\n")
    sys.stdout.write(f"Grafana's password of admin\t{_kept(folder, ADMIN)}\n")


def renew(folder: Path, name: str) -> None:
    """Give a key another beside the last one."""
    _give(folder, name, f"{secrets.token_urlsafe(32)},{_kept(folder, name)}")
    sys.stdout.write(
        "docker compose restart web desk    has it taken; renewed once more, the last one is gone\n"
    )


def _kept(folder: Path, name: str) -> str:
    """Return the newest of a name, empty when there is none yet."""
    paths = [folder / holder / name for holder, has in HOLDERS.items() if name in has.keys]
    return next((path.read_text().split(",")[0] for path in paths if path.exists()), "")


def _give(folder: Path, name: str, text: str) -> None:
    """Write a secret for everyone who has it, unless it is only said again."""
    for holder, has in HOLDERS.items():
        path = folder / holder / name
        if name in has.keys and not (path.exists() and path.read_text().split(",")[0] == text):
            _write(path, text, has.reader)


def _write(path: Path, text: str, reader: int) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(text)
    _hand_over(new, reader)
    new.replace(path)


def _hand_over(path: Path, reader: int) -> None:
    # Only root can; for anybody else all of it is their own.
    if os.geteuid() == 0:
        os.chown(path, reader, reader)


def _load(url: str) -> None:
    # Hardly ever needed, and the slowest part of the start by far.
    redis = import_module("redis")
    client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2)
    try:
        client.execute_command("ACL", "LOAD")
    except redis.RedisError as error:
        sys.stdout.write(f"No Valkey read its users again, it will when it starts: {error}\n")
    finally:
        client.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Make the keys and passwords of docker-compose.yml.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", required=True, help="host and port of Valkey")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make")
    commands.add_parser("show")
    commands.add_parser("renew").add_argument("key", choices=KEYS)
    given = parser.parse_args(arguments)
    if given.command == "make":
        make(given.folder, given.at)
    elif given.command == "show":
        show(given.folder)
    else:
        renew(given.folder, given.key)


if __name__ == "__main__":
    main()
