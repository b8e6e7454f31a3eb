"""Which feeds are followed, by flag, environment and file."""

import os
from pathlib import Path

import pytest

from services.desk.follow.site import site_of
from shared.settings import Settings, WrongSettings, load

FEED = "https://news.example/feed/"
SITEMAP = "https://cdn.example/news.xml?day=today"


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set outside a test reaches it."""
    for name in [name for name in os.environ if name.startswith("GROUNDSWELL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "groundswell.toml"
    path.write_text(text)
    return path


def test_a_feed_is_named_with_its_site():
    settings = load(
        {"site": ["news.example", "b.example"], "feed": [f"news.example={FEED}", f"b.example={FEED}"]}
    )

    assert settings.feeds_of("news.example") == (FEED,)
    assert settings.feeds_of("b.example") == (FEED,)
    assert settings.feeds_of("never.configured.example") == ()


def test_feeds_of_flag_and_table_are_all_followed_each_once(tmp_path: Path):
    toml = written(tmp_path, f'[sites."news.example"]\nfeeds = ["{SITEMAP}", "{FEED}"]\n')

    settings = load({"feed": [f"news.example={FEED}"]}, toml)

    assert settings.feeds_of("news.example") == (FEED, SITEMAP)


def test_feeds_in_the_environment_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GROUNDSWELL_SITE", "news.example")
    monkeypatch.setenv("GROUNDSWELL_FEED", f"news.example={FEED}, news.example={SITEMAP}")
    monkeypatch.setenv("GROUNDSWELL_FEED_NETWORKS", "10.0.0.0/8")

    settings = load()

    assert settings.feeds_of("news.example") == (FEED, SITEMAP)
    assert [str(network) for network in settings.feed_networks] == ["10.0.0.0/8"]


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_site_with_a_wordpress_names_its_posts_by_their_number(tmp_path: Path, by_flag: bool):
    url = "https://news.example/blog"
    toml = written(tmp_path, '[sites."news.example"]\n' + ("" if by_flag else f'wordpress = "{url}"\n'))

    settings = load({"wordpress": [f"news.example={url}"]} if by_flag else {}, toml)

    assert settings.wordpress_of("news.example") == url
    assert settings.of("news.example").query_keys == ("p",)


def test_query_keys_that_are_set_stay(tmp_path: Path):
    toml = written(tmp_path, '[sites."news.example"]\nquery_keys = ["story"]\n')

    settings = load({"wordpress": ["news.example=https://news.example"]}, toml)

    assert settings.of("news.example").query_keys == ("story",)


def test_settings_survive_being_handed_to_a_child():
    settings = load(
        {
            "site": ["news.example"],
            "feed": [f"news.example={FEED}"],
            "wordpress": ["news.example=https://w.example"],
        }
    )

    handed = Settings.model_validate_json(settings.model_dump_json())

    assert handed.model_dump() == settings.model_dump()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"feed": [FEED]}, "feed.0: it is written SITE=URL"),
        ({"feed": ["news.example"]}, "feed.0: it is written SITE=URL"),
        (
            {"feed": [f"other.example={FEED}"]},
            "feed: 'other.example' is no site that is configured",
        ),
        (
            {"feed": ["news.example=file:///etc/hostname"]},
            "feed.0: an address begins with http://",
        ),
        (
            {"feed": ["news.example=https://ümlaut.example/"]},
            "feed.0: an address begins with http://",
        ),
        (
            {"feed": ["news.example=https://a:b@news.example/"]},
            "feed.0: an address carries no user",
        ),
        (
            {"wordpress": ["other.example=https://a.example"]},
            "wordpress: 'other.example' is no site",
        ),
        ({"wordpress": ["news.example=nowhere"]}, "wordpress.0: an address begins with http://"),
        ({"feed_interval": "1"}, "feed_interval: it must be at least 5"),
        ({"feed_networks": ["10.0.0.0/99"]}, "feed_networks.0: "),
        (
            {"sites": {"a.example": {"feeds": ["nowhere"]}}},
            "sites.a.example.feeds.0: an address",
        ),
        (
            {"sites": {"a.example": {"wordpress": "nowhere"}}},
            "sites.a.example.wordpress: an address",
        ),
    ],
)
def test_a_wrong_one_is_one_line_that_names_it(flags: dict[str, object], said: str):
    with pytest.raises(WrongSettings) as told:
        load({"site": ["news.example"], **flags})

    assert str(told.value).startswith(said)


def test_hosts_that_are_named_for_a_site_are_its_own():
    settings = load(
        {
            "site": ["news.example"],
            "origin": ["https://amp.news.example"],
            "sites": {
                "news.example": {"origins": ["https://m.news.example:8443"], "time_zone": "Europe/Berlin"}
            },
            "feed": [f"news.example={SITEMAP}"],
            "wordpress": ["news.example=https://cms.example/blog"],
        }
    )

    site = site_of(settings, "news.example")

    assert site.hosts == {
        "news.example",
        "www.news.example",
        "amp.news.example",
        "m.news.example",
        "cdn.example",
        "cms.example",
    }
    assert (site.query_keys, str(site.zone)) == (("p",), "Europe/Berlin")
