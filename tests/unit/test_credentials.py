"""Secrets that are files of their own."""

from pathlib import Path

import pytest

from shared.settings import WrongSettings, load


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that systemd would have made."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.delenv("GROUNDSWELL_DESK_KEY", raising=False)
    (tmp_path / "desk_key").write_text("from-a-file\n")
    return tmp_path


def test_each_is_read_from_the_file_that_is_named_after_it(credentials: Path):
    (credentials / "redis_url").write_text("redis://:secret@127.0.0.1:6379/0\n")

    settings = load()

    assert settings.desk_key == "from-a-file"
    assert settings.redis_url == "redis://:secret@127.0.0.1:6379/0"
    assert settings.batch_key is None


def test_it_goes_before_the_file_of_settings_and_behind_the_environment(
    credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    toml = tmp_path / "groundswell.toml"
    toml.write_text('desk_key = "from-the-settings"\n')

    assert load(toml=toml).desk_key == "from-a-file"
    monkeypatch.setenv("GROUNDSWELL_DESK_KEY", "from-the-environment")
    assert load(toml=toml).desk_key == "from-the-environment"


def test_what_is_no_secret_does_not_come_so(credentials: Path):
    (credentials / "port").write_text("9")

    assert load().port == 8_000


def test_a_directory_that_is_not_there_holds_nothing(credentials: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials / "gone"))

    assert load().desk_key is None


def test_one_that_is_wrong_is_named(credentials: Path):
    (credentials / "redis_url").write_text("http://127.0.0.1")

    with pytest.raises(WrongSettings, match="redis_url"):
        load()
