"""What a child process says, and where it says it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.child import Child
from tests.waiting import wait_until

LAST_WORDS = "import sys; print('out', flush=True); sys.stderr.write('no such directive\\n'); sys.exit(3)"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of the child; what else runs in this process has a word, too."""
    return [record.getMessage() for record in caplog.records if record.name == Child.__module__]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[int]:
    """A descriptor that a child holds."""
    descriptor = os.open(tmp_path / "kept", os.O_CREAT | os.O_RDWR)
    yield descriptor
    os.close(descriptor)


async def test_one_with_a_log_of_its_own_says_nothing_between_the_lines_of_ours(
    kept: int, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    own = tmp_path / "own.log"
    own.write_text("it was there before\n")
    command = [sys.executable, "-c", LAST_WORDS]
    child = Child("redis", command, listen={}, keep=kept, environment={}, changed=lambda: None, log_file=own)
    child.start()
    await wait_until(lambda: told(caplog), "it has ended")
    await child.stop()

    assert own.read_text().startswith("it was there before\n")
    assert "out\nno such directive\n" in own.read_text()
    assert f"ended with exit status 3: no such directive ({own}); starting it again" in told(caplog)[0]
    assert capfd.readouterr() == ("", "")


async def test_one_that_cannot_be_run_says_so_there(
    kept: int, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    own = tmp_path / "own.log"
    command = ["/nowhere/valkey-server"]
    child = Child("redis", command, listen={}, keep=kept, environment={}, changed=lambda: None, log_file=own)
    child.start()
    await wait_until(lambda: told(caplog), "it has ended")
    await child.stop()

    assert "exit status 127: /nowhere/valkey-server cannot be run: No such file" in told(caplog)[0]
    assert capfd.readouterr() == ("", "")


async def test_any_other_says_it_where_we_do(kept: int, capfd: pytest.CaptureFixture[str]):
    child = Child("web", [sys.executable, "-c", LAST_WORDS], {}, kept, {}, lambda: None)
    heard = ""

    def said() -> bool:
        nonlocal heard
        told = capfd.readouterr()
        assert told.out == ""
        heard += told.err
        return "no such directive" in heard and "out" in heard

    child.start()
    await wait_until(said, "it has said what it has to say")
    await child.stop()
