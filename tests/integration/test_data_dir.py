"""One holder of a data directory at a time, and keys that are made once."""

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from services.cli import key_file, running
from services.cli.lock import Lock
from services.cli.running import Running
from services.cli.trouble import Trouble
from shared.settings import load

HOLD = """
import asyncio, os, sys
from pathlib import Path
from services.cli.lock import Lock

lock = Lock(Path(sys.argv[1]))
asyncio.run(lock.take())
parent = os.getpid()
if os.fork() == 0:
    lock.name([parent, os.getpid()])
    print(os.getpid(), flush=True)
    sys.stdin.read()
os._exit(0)
"""


async def test_a_lock_is_held_until_the_last_that_inherited_it_is_gone(tmp_path: Path):
    supervisor = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert supervisor.stdout is not None
    orphan = int(supervisor.stdout.readline())
    supervisor.wait()

    # The one that took it is dead; the one that lives is named.
    with pytest.raises(Trouble, match=rf"is in use by pid {orphan}; stop it"):
        await Lock(tmp_path).take(patience=0)

    supervisor.communicate()  # ends the orphan
    await Lock(tmp_path).take(patience=20)
    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_keys_are_made_once_and_missing_ones_are_added(tmp_path: Path):
    first = key_file.ensure(tmp_path, ["batch_key", "desk_key"])
    second = key_file.ensure(tmp_path, ["batch_key", "newsroom_key"])

    assert set(first) == {"batch_key", "desk_key"}
    assert second == {**first, "newsroom_key": second["newsroom_key"]}
    assert len(set(second.values())) == 3
    assert min(len(key) for key in second.values()) >= 40
    assert stat.S_IMODE((tmp_path / "keys.toml").stat().st_mode) == 0o600


def test_a_key_put_there_by_hand_stays_as_it_is(tmp_path: Path):
    (tmp_path / "keys.toml").write_text('desk_key = "a \\"quoted\\" one"\n')

    key_file.ensure(tmp_path, ["batch_key"])

    assert tomllib.loads((tmp_path / "keys.toml").read_text())["desk_key"] == 'a "quoted" one'


@pytest.mark.parametrize("text", ["desk_key = 1", 'desk_key = ""', 'other = "x"', "desk_key ="])
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, text: str):
    (tmp_path / "keys.toml").write_text(text)

    with pytest.raises(Trouble, match=r"keys\.toml"):
        key_file.ensure(tmp_path, ["batch_key"])


async def test_what_a_killed_supervisor_wrote_is_not_believed(tmp_path: Path):
    lock = Lock(tmp_path)
    await lock.take()
    running.write(tmp_path, Running("redis://127.0.0.1:1/0", url="http://127.0.0.1:2", keys={"desk": "k"}))
    settings = load({"data_dir": tmp_path})

    assert running.find(settings).keys == {"desk": "k"}
    os.close(lock.fd)
    with pytest.raises(Trouble, match="nothing runs on"):
        running.find(settings)


async def test_a_redis_that_is_named_goes_before_what_runs_elsewhere(tmp_path: Path):
    lock = Lock(tmp_path)
    await lock.take()
    running.write(tmp_path, Running("redis://127.0.0.1:1/0", url="http://127.0.0.1:2"))

    same = running.find(load({"data_dir": tmp_path, "redis_url": "redis://127.0.0.1:1/0"}))
    other = running.find(
        load({"data_dir": tmp_path, "redis_url": "redis://127.0.0.1:3/0", "batch_key": "sha256:" + "0" * 64})
    )

    assert same.url == "http://127.0.0.1:2"
    assert (other.redis_url, other.url, other.keys) == ("redis://127.0.0.1:3/0", None, {})
    os.close(lock.fd)
