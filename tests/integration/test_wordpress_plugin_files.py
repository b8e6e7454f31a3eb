"""The files of the WordPress plugin: that PHP reads them, and that a zip of them is always the same."""

import json
import re
import runpy
import subprocess
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from shared.token import token_of
from tests.programs import need

FOLDER = Path(__file__).parents[2] / "deploy/wordpress"
PLUGIN = FOLDER / "groundswell"
PHP_FILES = sorted(PLUGIN.rglob("*.php"))

CASES = [
    ("a secret of 16 chars", "news.example", "123"),
    ("Schlüssel, nicht geraten", "a-b.example", "/%3Fp%3D7"),
]


def build(target: Path) -> None:
    runpy.run_path(str(FOLDER / "build.py"))["build"](target)


@pytest.mark.parametrize("path", PHP_FILES, ids=lambda path: path.name)
def test_php_reads_every_file(path: Path):
    ended = subprocess.run([need("php"), "-l", str(path)], capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout


def test_no_file_of_the_plugin_answers_by_itself():
    for path in PHP_FILES:
        guarded = re.search(
            r"^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$", path.read_text(), re.M
        )
        # It declares one pure function and does nothing.
        assert guarded or path.name == "token.php", path.name


@pytest.mark.parametrize(("secret", "site", "article"), CASES)
def test_the_token_is_the_one_that_the_collector_takes(secret: str, site: str, article: str):
    code = f"require '{PLUGIN}/includes/token.php'; echo groundswell_token($argv[1], $argv[2], $argv[3]);"

    ended = subprocess.run(
        [need("php"), "-r", code, "--", secret, site, article], capture_output=True, text=True, check=True
    )

    assert ended.stdout == token_of(secret, site, article)


def test_it_is_of_the_version_that_it_comes_with():
    head = (PLUGIN / "groundswell.php").read_text()
    readme = (PLUGIN / "readme.txt").read_text()

    told = re.findall(r"Version: +(\S+)\n|GROUNDSWELL_VERSION', '(.+)'", head)
    assert {one or other for one, other in told} == {version("groundswell")}
    assert re.findall(r"Stable tag: (\S+)", readme) == [version("groundswell")]


def test_the_same_files_make_the_same_zip(tmp_path: Path):
    build(tmp_path / "one.zip")
    build(tmp_path / "made/for/it/other.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "made/for/it/other.zip").read_bytes()


def test_the_zip_has_one_folder_with_everything(tmp_path: Path):
    build(tmp_path / "groundswell.zip")

    with ZipFile(tmp_path / "groundswell.zip") as archive:
        names = set(archive.namelist())
    files = {
        f"groundswell/{path.relative_to(PLUGIN).as_posix()}" for path in PLUGIN.rglob("*") if path.is_file()
    }
    assert names == files | {"groundswell/LICENSE"}


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("block.json")), ids=lambda path: path.parent.name)
def test_a_block_says_what_it_is(path: Path):
    block = json.loads(path.read_text())

    assert block["name"] == f"groundswell/{path.parent.name}"
    assert (block["editorScript"], block["textdomain"]) == ("groundswell-blocks", "groundswell")
