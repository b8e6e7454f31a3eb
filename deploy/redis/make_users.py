"""Write the users of users.acl with passwords of their own, for the `aclfile` of a Redis or Valkey.

    python deploy/redis/make_users.py FILE [--at redis.example:6379] [--tls] [--renew USER]

FILE holds digests of the passwords and not the passwords. What each service
needs, its redis_url, goes to stdout, once: keep it where only that service
can read it. Written again, for a new release, FILE keeps the passwords it has;
--renew gives one user another beside the last one, so that both are valid
until the next time. The user `operator` may do anything; the user without a
name, which needs no password, is switched off. `ACL LOAD` reads FILE again.
"""

import argparse
import os
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

TEMPLATE = Path(__file__).parent / "users.acl"
OPERATOR = "operator"
LAST = "-@admin -@dangerous"
"""What no service has, whatever else its line says."""

BEYOND = {"counter": "+info", "tools": "+keys +client|list +info +config|get +acl|log"}
"""What is dangerous and needed: the counter tells how full the server is, a backup reads the names of one
partition's keys within one script, a restore looks whether any service is still connected, and doctor at how
the server keeps what it has."""


def users(template: str) -> dict[str, str]:
    """Return the permissions of each user as a server reads them. Raises ValueError for a stray line."""
    found: dict[str, list[str]] = {}
    words: list[str] | None = None
    for line in template.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if words is None:
                raise ValueError(f"whose is this? {line.strip()}")
            words += line.split()
        else:
            words = found.setdefault(line.removeprefix("user "), [])
    every = found.pop("every")
    services = {
        name: " ".join(["-@all", *every, *words, LAST, *BEYOND.get(name, "").split()])
        for name, words in found.items()
    }
    return {**services, OPERATOR: "~* &* +@all"}


def acl_file(permissions: Mapping[str, str], digests: Mapping[str, Sequence[str]]) -> str:
    """Return the text of an aclfile: a line a user, with the digests of its passwords."""
    lines = ["user default off resetkeys resetchannels -@all"]
    for name, words in permissions.items():
        lines.append(f"user {name} on {' '.join(f'#{digest}' for digest in digests[name])} {words}")
    return "\n".join(lines) + "\n"


def digests_in(text: str) -> dict[str, list[str]]:
    """Return the digests that each user of an aclfile has, the newest last."""
    lines = re.findall(r"^user (\S+) (.*)$", text, re.MULTILINE)
    return {name: re.findall(r"#([0-9a-f]{64})\b", words) for name, words in lines}


def main() -> int:
    """Write the file, and tell the addresses."""
    parser = argparse.ArgumentParser(description="Write the users of Groundswell for Redis or Valkey.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--at", default="127.0.0.1:6379", help="host and port of the server")
    parser.add_argument("--tls", action="store_true", help="whether it is reached by TLS")
    permissions = users(TEMPLATE.read_text())
    parser.add_argument("--renew", choices=[*permissions], default=[], action="append", metavar="USER")
    given = parser.parse_args()
    try:
        kept = digests_in(given.file.read_text()) if given.file.exists() else {}
        passwords = {
            name: secrets.token_urlsafe(32)
            for name in permissions
            if name in given.renew or not kept.get(name)
        }
        made = {name: sha256(password.encode()).hexdigest() for name, password in passwords.items()}
        digests = {
            name: [*kept.get(name, [])[-1:], made[name]] if name in made else kept[name]
            for name in permissions
        }
        _replace(given.file, acl_file(permissions, digests))
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}; nothing was changed\n")
        return 1
    scheme = "rediss" if given.tls else "redis"
    for name, password in passwords.items():
        sys.stdout.write(f"{name}\t{scheme}://{name}:{password}@{given.at}/0\n")
    return 0


def _replace(path: Path, text: str) -> None:
    """Write a file that others cannot read, in one step."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as file:
        file.write(text)
    new.replace(path)


if __name__ == "__main__":
    sys.exit(main())
