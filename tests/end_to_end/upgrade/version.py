"""The version of the code before this one, out of the history of the repository."""

import io
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programs import need
from tests.serving import environment

ROOT = Path(__file__).parents[3]
_CODE = ("services", "shared", "seeds")


@dataclass(frozen=True, slots=True)
class Version:
    """Code that can be run."""

    root: Path
    """Where its packages are."""

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process run this code; a finder of the installed one comes after it."""
        return {"PYTHONPATH": str(self.root)}

    @property
    def waits_for_the_idle(self) -> bool:
        """Whether it ends without closing a connection on which a request may be on its way."""
        return (self.root / "shared" / "notify.py").exists()


THIS = Version(ROOT)


def before(directory: Path) -> Version:
    """Put the version before this one into a directory; skip the test where history does not go back to it.

    It is that of the last commit while the code is being changed, and else
    of the last one with other code.
    """
    if not (ROOT / ".git").exists():
        pytest.skip("there is no history: this is no clone")
    changed = bool(_git("status", "--porcelain", "--", *_CODE))
    commits = _git("log", "-2", "--format=%H", "--", *_CODE).decode().split()
    if len(commits) < (1 if changed else 2):
        pytest.skip("the history of this clone is too short")
    packed = _git("archive", commits[0 if changed else 1], *_CODE)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(directory, filter="data")
    version = Version(directory)
    assert where(version).is_relative_to(directory), "the code that runs is not the code that was put there"
    return version


def where(version: Version) -> Path:
    """Return the file of the code that a process of a version runs."""
    told = subprocess.run(
        [sys.executable, "-P", "-c", "import services; print(services.__file__)"],
        env=environment(version.environment),
        cwd=os.sep,
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(told.stdout.strip())


def _git(*arguments: str) -> bytes:
    # The clone may be somebody else's, as in a container.
    command = [need("git"), "-c", "safe.directory=*", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout
