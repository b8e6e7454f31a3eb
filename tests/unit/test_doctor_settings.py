"""What `groundswell doctor` finds in settings and in the data directory."""

from pathlib import Path

import pytest

from services.cli import key_file
from services.cli.doctor.closed import closed
from services.cli.doctor.disk import disk
from services.cli.doctor.finding import Level
from services.cli.doctor.key_files import key_files
from services.cli.doctor.public import public_pages, public_url
from services.cli.doctor.server import judge_version
from services.cli.doctor.sites import sites
from tests.doctors import case_of, here

REDIS = "redis://127.0.0.1:1/0"
KEYS = {"batch_key": "b", "desk_key": "d", "newsroom_key": "n"}


async def test_the_sites_are_named():
    [named] = await here(sites, case_of())
    [none] = await here(sites, case_of(site=()))

    assert (named.level, named.what) == (Level.OK, "1: news.example")
    assert none.level == Level.WRONG


async def test_what_is_closed_for_want_of_a_key_is_told():
    [all_there] = await here(closed, case_of(REDIS, **KEYS))
    [without] = await here(closed, case_of(REDIS, **{**KEYS, "desk_key": None}))
    [nothing_runs] = await here(closed, case_of())

    assert all_there.level == Level.OK
    assert without.level == Level.WARNING
    assert "without desk_key the newsroom cannot tell of articles" in without.what
    assert nothing_runs.level == Level.OK, "serve makes them"


async def test_a_public_board_needs_no_key():
    [found] = await here(closed, case_of(REDIS, **{**KEYS, "newsroom_key": None}, board="public"))

    assert found.level == Level.OK


async def test_keys_that_others_can_read_are_wrong(tmp_path: Path):
    key_file.ensure(tmp_path, ["batch_key"])
    [made] = await here(key_files, case_of(data_dir=tmp_path))
    (tmp_path / "keys.toml").chmod(0o640)
    [opened] = await here(key_files, case_of(data_dir=tmp_path))
    [nowhere] = await here(key_files, case_of(data_dir=tmp_path / "nowhere"))

    assert (made.level, opened.level, nowhere.level) == (Level.OK, Level.WRONG, Level.OK)
    assert "chmod 600" in opened.remedy


@pytest.mark.parametrize(
    ("settings", "level"),
    [
        ({}, Level.OK),
        ({"public_url": "https://stats.news.example"}, Level.OK),
        ({"public_url": "https://stats.news.example", "host": "0.0.0.0"}, Level.OK),
        ({"host": "0.0.0.0"}, Level.WARNING),
        ({"host": "::", "public_url": "http://127.0.0.1:8000"}, Level.WARNING),
        ({"public_url": "http://stats.news.example"}, Level.WARNING),
    ],
)
async def test_links_lead_to_where_readers_are(settings: dict[str, object], level: Level):
    [found] = await here(public_url, case_of(**settings))

    assert found.level == level


@pytest.mark.parametrize("where", [{"host": "0.0.0.0"}, {"public_url": "https://stats.news.example"}])
async def test_pages_that_are_open_to_everybody_are_told(where: dict[str, object]):
    [demo, *_] = await here(public_pages, case_of(**where))
    [board] = await here(public_pages, case_of(**where, board="public", demo_pages=False))
    [neither] = await here(public_pages, case_of(**where, demo_pages=False))

    assert (demo.level, board.level, neither.level) == (Level.WARNING, Level.WARNING, Level.OK)
    assert "/demo/" in demo.what
    assert "competitors" in board.what


async def test_what_only_this_machine_reaches_may_be_open():
    [found] = await here(public_pages, case_of(board="public"))

    assert found.level == Level.OK


async def test_a_disk_without_room_for_the_spool_is_wrong(tmp_path: Path):
    roomy = {"spool_max_bytes": 1}
    [well] = await here(disk, case_of(data_dir=tmp_path, **roomy))
    [full] = await here(disk, case_of(data_dir=tmp_path, spool_max_bytes=10**18))
    [without] = await here(disk, case_of(data_dir=tmp_path, spool_max_bytes=10**18, spool=False))

    assert full.level == Level.WRONG
    assert well.level != Level.WRONG
    assert without.level != Level.WRONG


@pytest.mark.parametrize(
    ("server", "level"),
    [
        ({"redis_version": "7.2.4", "valkey_version": "8.0.1"}, Level.OK),
        ({"redis_version": "7.0.0"}, Level.OK),
        ({"redis_version": "8.2.1"}, Level.OK),
        ({"redis_version": "6.2.14"}, Level.WRONG),
        ({"redis_version": "5.0"}, Level.WRONG),
        ({}, Level.WRONG),
    ],
)
def test_a_redis_before_7_is_too_old(server: dict[str, str], level: Level):
    assert judge_version(server).level == level
