"""The two commands of the README: what they need, what they run, what they tell."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("seeds", "services", "shared")


def python_sh(path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Look for an interpreter where only the programs of one directory are found."""
    return subprocess.run(
        ["/bin/sh", str(ROOT / "deploy" / "python.sh")],
        env={"PATH": str(path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def interpreter(path: Path, name: str, version: str, *, has_venv: bool = True) -> None:
    """Put a program there that answers the questions of python.sh as that Python would."""
    script = path / name
    old = tuple(int(part) for part in version.split(".")) < (3, 11)
    script.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f'  *print*) echo "{version}" ;;\n'
        f"  *exit*) exit {int(old)} ;;\n"
        f"  *venv*) exit {int(not has_venv)} ;;\n"
        "esac\n"
    )
    script.chmod(0o755)


def test_the_first_python_that_is_new_enough_is_taken(tmp_path: Path):
    interpreter(tmp_path, "python3", "3.9")
    interpreter(tmp_path, "python3.12", "3.12")
    interpreter(tmp_path, "python3.11", "3.11")

    found = python_sh(tmp_path)

    assert (found.returncode, found.stdout) == (0, "python3.12\n")


def test_a_python_that_is_named_is_tried_first(tmp_path: Path):
    interpreter(tmp_path, "python3.13", "3.13")
    interpreter(tmp_path, "my-python", "3.11")

    assert python_sh(tmp_path, PYTHON="my-python").stdout == "my-python\n"


@pytest.mark.parametrize(
    ("version", "has_venv", "told"),
    [
        (None, True, "Python 3.11 or later is needed. On Debian and Ubuntu: apt-get install python3 "),
        ("3.9", True, "Python 3.11 or later is needed; here is 3.9. "),
        ("3.11", False, "Python 3.11 lacks venv. On Debian and Ubuntu: apt-get install python3.11-venv"),
    ],
)
def test_what_a_machine_lacks_is_one_line_with_the_remedy(
    tmp_path: Path, version: str | None, has_venv: bool, told: str
):
    if version is not None:
        interpreter(tmp_path, "python3", version, has_venv=has_venv)

    found = python_sh(tmp_path)

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith(told)
    assert found.stderr.count("\n") == 1


def test_the_answers_of_this_python_are_understood(tmp_path: Path):
    (tmp_path / "python3").symlink_to(sys.executable)

    assert python_sh(tmp_path).stdout == "python3\n"


def test_a_machine_without_a_fitting_python_makes_nothing_and_says_why(tmp_path: Path):
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sh").symlink_to("/bin/sh")

    for target in ("demo", "test"):
        ended = subprocess.run(
            [shutil.which("make") or "make", target],
            cwd=tmp_path,
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert ended.returncode != 0
        assert ended.stderr.startswith("Python 3.11 or later is needed.")
        assert not (tmp_path / ".venv").exists()


def test_make_test_runs_every_check_in_one_command():
    # The make that runs this test would have the inner one tell where it is.
    asked = ["make", "--no-print-directory", "--dry-run", "--always-make", "test"]
    dry = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)

    checks = [line.removeprefix(".venv/bin/") for line in dry.stdout.splitlines()[-5:]]
    spread = "pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder"
    assert checks == ["ruff check .", "ruff format --check .", "mypy", "lint-imports", spread]


def test_make_help_names_every_target():
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^make (\w+)", told, re.MULTILINE) == [
        "help",
        "demo",
        "test",
        "bench",
        "chaos",
        "fuzz",
        "pictures",
        "dashboards",
        "wordpress",
        "wheel",
        "image",
        "lock",
        "clean",
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_has_a_hash_for_everything_and_no_address(name: str):
    text = (ROOT / name).read_text()
    requirements = [line for line in text.splitlines() if line and line[0] not in " #"]

    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert all(re.match(r"[a-z0-9._-]+==\S+( ; .*)? \\$", line) for line in requirements)
    assert text.count("--hash=sha256:") >= len(requirements) > 20


def test_what_runs_is_pinned_alike_for_running_and_for_testing():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_what_is_installed_carries_every_script_and_template(tmp_path: Path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
            *("--no-index", "--disable-pip-version-check", "--wheel-dir", tmp_path, source),
        ],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=True,
    )

    [wheel] = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    written = {
        str(path.relative_to(ROOT))
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert written - packed == set()
