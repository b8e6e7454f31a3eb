"""The sockets that a process is handed, by the names they are handed under."""

import os
import socket
import subprocess
import sys

import pytest

from services.cli.sockets import named
from services.cli.trouble import Trouble

TAKE = """
import os, sys
from services.cli.sockets import inherited
from services.cli.trouble import Trouble
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": sys.argv[2], "LISTEN_FDNAMES": "http"}
try:
    print(inherited())
except Trouble as trouble:
    print(trouble)
"""


@pytest.mark.parametrize(
    ("count", "names", "expected"),
    [
        (0, "", []),
        (1, "http", ["http"]),
        (1, "management", ["management"]),
        (2, "management:http", ["management", "http"]),
        # Without a name from anybody, and with that of the unit.
        (1, "", ["http"]),
        (1, "groundswell-web.socket", ["http"]),
    ],
)
def test_sockets_are_known_by_their_names(count: int, names: str, expected: list[str]):
    assert named(count, names) == expected


@pytest.mark.parametrize(
    ("count", "names", "wrong"),
    [
        (2, "http:groundswell-web.socket", "'groundswell-web.socket' is none of http, management"),
        (2, "http", "'' is none of"),
        (2, "http:http", "one socket is http, not 2"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(count: int, names: str, wrong: str):
    with pytest.raises(Trouble, match=wrong):
        named(count, names)


@pytest.mark.parametrize(
    ("family", "count", "told"),
    [
        (socket.AF_INET, "1", "http is no listening TCP socket"),
        (socket.AF_UNIX, "1", "http is no listening TCP socket"),
        (socket.AF_INET, "one", "'one' is no number"),
    ],
)
def test_what_cannot_be_listened_on_is_refused_in_words(family: int, count: str, told: str):
    with socket.socket(family) as handed:
        ended = subprocess.run(
            [sys.executable, "-c", TAKE, str(handed.fileno()), count],
            pass_fds=[handed.fileno()],
            env={name: value for name, value in os.environ.items() if not name.startswith("LISTEN_")},
            capture_output=True,
            text=True,
            check=True,
        )

    assert told in ended.stdout
