"""A file that is no access log is refused, before anything of it is taken in."""

from pathlib import Path

import pytest

from services.cli.importing.log_file import LogFile
from services.cli.importing.no_log import demand_log
from services.cli.trouble import Trouble
from shared.connection import Client
from tests import access_logs
from tests.serving import run

SITE = "blog.example"


async def test_a_file_without_one_line_of_a_log_is_shown_and_changes_nothing(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<p>\x1b[31m{'x' * 200}\n" + "<p>more\n" * 50)

    ended = run("import", "access-log", str(page), "--site", SITE, "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("groundswell: FILE: not one line is of an access log in Apache's combined")
    assert ended.stderr.endswith(f"its first line is '<p>\\x1b[31m{'x' * 72}...'\n")
    assert await redis.keys("*") == []


async def test_a_log_with_a_wrong_line_is_taken_in_and_the_line_is_shown(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    log = access_logs.write(tmp_path / "access.log", "\x07nonsense\n" + access_logs.views(3))

    ended = run(
        *("import", "access-log", str(log), "--site", SITE, "--no-wait", "--redis-url", redis_url),
        cwd=tmp_path,
    )

    assert ended.returncode == 0, ended.stderr
    assert "broken-line" in ended.stdout
    assert ended.stderr == (
        "line 1 cannot be read (not in the combined or common log format): '\\x07nonsense'\n"
    )


@pytest.mark.parametrize("content", ["", access_logs.line(0), "x\n" * 5_000 + access_logs.line(0)])
def test_a_file_with_a_line_of_a_log_or_without_any_line_passes(content: str, tmp_path: Path) -> None:
    log = LogFile(access_logs.write(tmp_path / "access.log", content))
    try:
        demand_log(log)
        assert log.prefix() == content.encode()[:65_536]
    finally:
        log.close()


def test_bytes_that_are_no_text_are_shown_without_harm(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    log = LogFile(tmp_path / "picture")
    with pytest.raises(Trouble, match=r"its first line is '\ufffdPNG'$"):
        demand_log(log)
    log.close()
