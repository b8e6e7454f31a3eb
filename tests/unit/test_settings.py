"""Where a setting comes from, and how a wrong one is told."""

import os
from pathlib import Path

import pytest

from shared.setting_types import parse_duration, parse_size
from shared.settings import Settings, WrongSettings, load


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set outside a test reaches it."""
    for name in [name for name in os.environ if name.startswith("GROUNDSWELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    """Return a settings file of that text."""
    path = tmp_path / "groundswell.toml"
    path.write_text(text)
    return path


def test_a_flag_goes_before_environment_file_and_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    toml = written(tmp_path, "port = 8003")
    nothing = tmp_path / "nothing.toml"

    assert load({}, nothing).port == 8000
    assert load({}, toml).port == 8003
    monkeypatch.setenv("GROUNDSWELL_PORT", "8002")
    assert load({}, toml).port == 8002
    assert load({"port": "8001"}, toml).port == 8001


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path):
    assert load({"port": None}, written(tmp_path, "port = 8003")).port == 8003


def test_a_list_in_the_environment_is_separated_by_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GROUNDSWELL_SITE", "a.example, b.example")
    monkeypatch.setenv("GROUNDSWELL_TRUSTED_PROXIES", "10.0.0.0/8,::1")

    settings = load()

    assert set(settings.sites) == {"a.example", "b.example"}
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]


def test_a_site_named_by_a_flag_keeps_its_table(tmp_path: Path):
    toml = written(
        tmp_path,
        """
        dedupe_window = "10m"
        [sites."a.example"]
        time_zone = "Europe/Berlin"
        origins = ["https://shop.a.example/"]
        query_keys = ["p"]
        own_networks = ["192.0.2.0/24"]
        dedupe_window = 0
        [sites."b.example"]
        """,
    )

    settings = load({"site": ["a.example", "c.example"]}, toml)

    assert set(settings.sites) == {"a.example", "b.example", "c.example"}
    assert settings.sites["a.example"].time_zone == "Europe/Berlin"
    assert settings.sites["a.example"].origins == ("https://shop.a.example",)
    assert settings.sites["a.example"].query_keys == ("p",)
    assert settings.sites["c.example"].time_zone == "UTC"


def test_a_site_without_a_dedupe_window_of_its_own_has_the_global_one(tmp_path: Path):
    toml = written(
        tmp_path, 'dedupe_window = "10m"\n[sites."a.example"]\ndedupe_window = 0\n[sites."b.example"]\n'
    )

    settings = load({}, toml)

    assert settings.window_of("a.example") == 0
    assert settings.window_of("b.example") == 600
    assert settings.window_of("never.configured.example") == 600


@pytest.mark.parametrize(
    "text", ['"first secret 1234, second secret 123"', '["first secret 1234", "second secret 123"]']
)
def test_a_site_may_have_several_token_secrets(tmp_path: Path, text: str):
    settings = load(
        {}, written(tmp_path, f'[sites."a.example"]\ntoken_secret = {text}\nrequire_token = true\n')
    )

    assert settings.of("a.example").token_secret == ("first secret 1234", "second secret 123")
    assert settings.of("never.configured.example").token_secret == ()


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90", 90), ("90s", 90), ("30m", 1800), ("4h", 14400), ("1d", 86400)]
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: int):
    assert parse_duration(text) == seconds
    assert load({"dedupe_window": text}).dedupe_window == seconds


@pytest.mark.parametrize("text", ["", "m", "1.5h", "-1m", "30 m", "1w", "1h30m", True, None, 1.5])
def test_anything_else_is_no_duration(text: object):
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("flags", "start"),
    [
        ({"port": "eighty"}, "port: "),
        ({"site": ["News"]}, "site.0: "),
        ({"sites": {"a.example": {"time_zone": "Mars/Olympus"}}}, "sites.a.example.time_zone: "),
        ({"sites": {"a.example": {"colour": "red"}}}, "sites.a.example.colour: "),
        ({"sites": {"a.example": {"token_secret": "too short"}}}, "sites.a.example.token_secret.0: "),
        ({"sites": {"a.example": {"require_token": True}}}, "sites.a.example.require_token: "),
        ({"sites": {"a.example": {"via_weight": 0}}}, "sites.a.example.via_weight: "),
        ({"sites": {"a.example": {"via_weight": 1.5}}}, "sites.a.example.via_weight: "),
        ({"sites": {"a.example": {"new_ids_per_minute": -1}}}, "sites.a.example.new_ids_per_minute: "),
        ({"public_url": "https://news.example/path"}, "public_url: "),
        ({"redis_url": "news.example:6379"}, "redis_url: "),
        ({"redis_maxmemory": "much"}, "redis_maxmemory: "),
        ({"batch_key": "sha256:abc"}, "batch_key: "),
        ({"dedupe_window": "2d"}, "dedupe_window: "),
        ({"colour": "red"}, "colour: "),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(flags: dict[str, object], start: str):
    with pytest.raises(WrongSettings) as told:
        load(flags)

    assert str(told.value).startswith(start)
    assert "\n" not in str(told.value)


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GROUNDSWELL_SITES", "{")

    with pytest.raises(WrongSettings, match="sites"):
        load()


def test_a_wrong_setting_in_the_file_is_named(tmp_path: Path):
    with pytest.raises(WrongSettings, match=r"^partitions: "):
        load({}, written(tmp_path, "partitions = 0"))
    with pytest.raises(WrongSettings, match=r"^half_life: "):
        load({}, written(tmp_path, 'half_life = "4h"'))


def test_settings_reach_another_process_unchanged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    toml = written(tmp_path, '[sites."a.example"]\nown_networks = ["2001:db8::/32"]\ndedupe_window = "5m"\n')
    settings = load({"origin": ["https://b.example"], "trusted_proxies": ["10.0.0.0/8"]}, toml)
    # What the environment of the other process says was asked once already.
    monkeypatch.setenv("GROUNDSWELL_PORT", "1")
    monkeypatch.setenv("GROUNDSWELL_PUBLIC_URL", "https://elsewhere.example")

    received = Settings.model_validate_json(settings.model_dump_json())

    assert dict(received) == dict(settings)


@pytest.mark.parametrize(
    ("text", "size"),
    [("2048", 2_048), (2_048, 2_048), ("2kb", 2_048), ("256mb", 268_435_456), ("1gb", 2**30)],
)
def test_a_size_is_bytes_or_text_with_a_unit(text: object, size: int):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "mb", "2 mb", "2MB", "-1kb", "2tb", "1.5gb", True, None, 2.5])
def test_a_size_without_sense_is_refused(text: object):
    with pytest.raises(ValueError, match="256mb"):
        parse_size(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spool_max_age", "3d"),
        ("spool_max_bytes", "lots"),
        ("backlog_max_age", "2d"),
        ("backlog_max_entries", 0),
    ],
)
def test_a_limit_of_the_spool_or_the_backlog_that_breaks_a_promise_is_refused(
    tmp_path: Path, name: str, value: object
):
    with pytest.raises(WrongSettings, match=name):
        load({name: value}, tmp_path / "nothing.toml")
