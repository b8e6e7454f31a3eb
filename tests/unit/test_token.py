"""What the token of an article promises, and which readings it lets in."""

import pytest

from services.collector.admission import PAGE_STEPS, Attempt, Dropped, DropReason, admit
from services.collector.readings import Reading
from shared.settings import Settings, SiteSettings
from shared.token import is_token, token_of

SITE = "news.example"
SETTINGS = Settings(site=(SITE,))  # type: ignore[arg-type]
SECRET = "correct horse battery staple"
OLD_SECRET = "the one of last year"
REQUIRED = SiteSettings(token_secret=(SECRET, OLD_SECRET), require_token=True, query_keys=("p",))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def admitted(site: SiteSettings = REQUIRED, **reading: object) -> str:
    attempt = Attempt(Reading(site=SITE, **reading), site, 1_000_000_000, "203.0.113.9", FIREFOX)  # type: ignore[arg-type]
    return admit(attempt, SETTINGS, PAGE_STEPS, {"123": "/2026/02/21/advisers-leave"})


def reason(site: SiteSettings = REQUIRED, **reading: object) -> DropReason:
    with pytest.raises(Dropped) as dropped:
        admitted(site, **reading)
    return dropped.value.reason


def test_a_token_is_24_characters_that_need_no_escape():
    tokens = [token_of(SECRET, SITE, f"/{n}") for n in range(200)]

    assert {len(token) for token in tokens} == {24}
    assert set("".join(tokens)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_token_is_of_one_site_and_one_article():
    assert token_of(SECRET, "a.example", "b") != token_of(SECRET, "a.exampleb", "")
    assert len({token_of(SECRET, site, one) for site in ("a", "ab") for one in ("c", "bc")}) == 4


def test_every_secret_of_a_site_is_taken_and_no_other():
    for secret in (SECRET, OLD_SECRET):
        assert is_token(token_of(secret, SITE, "/a"), REQUIRED.token_secret, SITE, "/a")

    assert not is_token(token_of("a secret of others", SITE, "/a"), REQUIRED.token_secret, SITE, "/a")
    assert not is_token("", (), SITE, "/a")


def test_a_reading_with_the_token_of_its_article_counts():
    assert admitted(article="/a", token=token_of(SECRET, SITE, "/a")) == "/a"
    assert admitted(article="/a", token=token_of(OLD_SECRET, SITE, "/a")) == "/a"


@pytest.mark.parametrize(
    "reading", [{"article": "/a"}, {"url": "https://news.example/a"}, {"article": "invented", "via": "list"}]
)
def test_a_reading_without_a_token_is_dropped_where_one_is_required(reading: dict[str, object]):
    assert reason(**reading) is DropReason.UNSIGNED


@pytest.mark.parametrize(
    "token",
    [
        token_of(SECRET, SITE, "/b"),
        token_of(SECRET, "other.example", "/a"),
        token_of("a secret of others", SITE, "/a"),
        token_of(SECRET, SITE, "/a")[:-1],
        token_of(SECRET, SITE, "/a") + "=",
        token_of(SECRET, SITE, "/a").swapcase(),
        "ünicode",
        "x" * 200,
    ],
)
def test_a_reading_with_another_token_is_dropped(token: str):
    assert reason(article="/a", token=token) is DropReason.WRONGLY_SIGNED


def test_the_token_of_an_alias_is_right_for_the_alias_alone():
    assert admitted(article="123", token=token_of(SECRET, SITE, "123")) == "/2026/02/21/advisers-leave"
    assert reason(article="123", token=token_of(SECRET, SITE, "/2026/02/21/advisers-leave"))


def test_a_token_may_be_of_the_id_as_the_tag_says_it_or_of_its_normal_form():
    for named in ("café crème", "caf%C3%A9%20cr%C3%A8me"):
        assert admitted(article="café crème", token=token_of(SECRET, SITE, named)) == "caf%C3%A9%20cr%C3%A8me"


def test_a_reading_by_address_needs_the_token_of_the_id_its_address_makes():
    address = "https://news.example/?utm_source=x&p=9#top"

    assert admitted(url=address, token=token_of(SECRET, SITE, "/%3Fp%3D9")) == "/%3Fp%3D9"
    assert reason(url=address, token=token_of(SECRET, SITE, address)) is DropReason.WRONGLY_SIGNED
    assert reason(url=address, token=token_of(SECRET, SITE, "")) is DropReason.WRONGLY_SIGNED


def test_the_token_of_a_very_long_id_is_right_for_it():
    named = "é" * 2_000

    assert admitted(article=named, token=token_of(SECRET, SITE, named)).startswith("%C3%A9")
    assert reason(article=named, token=token_of(SECRET, SITE, named[1:])) is DropReason.WRONGLY_SIGNED


def test_where_no_token_is_required_nobody_looks_at_one():
    relaxed = SiteSettings(token_secret=SECRET)  # type: ignore[arg-type]

    assert admitted(relaxed, article="/a", token="wrong") == "/a"
    assert admitted(SiteSettings(), article="/a", token="wrong") == "/a"
