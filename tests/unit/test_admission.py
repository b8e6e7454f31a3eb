"""Which readings count: admission, step by step."""

import pytest

from services.collector.admission import (
    BATCH_STEPS,
    PAGE_STEPS,
    Attempt,
    Dropped,
    DropReason,
    admit,
    known_site,
    origin_allowed,
)
from services.collector.bots import is_bot
from services.collector.readings import BatchReading, Reading, read
from services.collector.visitor import event_hash, given_visitor_hash, visitor_hash
from shared.address import client_address, spans
from shared.problem import Kind, Problem
from shared.settings import Settings, SiteSettings

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
SITE = "news.example"
SETTINGS = Settings(site=(SITE,), origin=("https://cms.example",), public_url="http://127.0.0.1:8000")


def attempt(site: SiteSettings | None = None, reading: Reading | None = None, **fields: object) -> Attempt:
    given = {"address": "203.0.113.9", "user_agent": FIREFOX, "origin": f"https://{SITE}", **fields}
    return Attempt(
        reading or Reading(site=SITE, article="/a"), site or SiteSettings(), 1_000_000_000, **given
    )  # type: ignore[arg-type]


def admitted(tried: Attempt) -> str:
    return admit(tried, SETTINGS, PAGE_STEPS, {"/old": "/new"})


def test_a_reading_of_a_readers_browser_is_admitted():
    assert admitted(attempt()) == "/a"


def test_a_reading_of_an_alias_is_a_reading_of_the_article():
    assert admitted(attempt(reading=Reading(site=SITE, article="/old"))) == "/new"


def test_an_article_may_be_named_by_its_address():
    reading = Reading(site=SITE, url="https://news.example/world/story/?utm_source=x#top")

    assert admitted(attempt(reading=reading)) == "/world/story"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://news.example", True),
        ("http://news.example", True),
        ("https://www.news.example", True),
        ("https://news.example:8443", True),
        ("https://cms.example", True),
        ("http://127.0.0.1:8000", True),
        ("http://cms.example", False),
        ("https://evil.example", False),
        ("https://news.example.evil.example", False),
        ("https://notnews.example", False),
        ("null", False),
        ("file://news.example", False),
        ("", False),
    ],
)
def test_only_pages_of_the_site_post_views(origin: str, allowed: bool):
    assert origin_allowed(SITE, SiteSettings(), origin, SETTINGS) is allowed


@pytest.mark.parametrize(
    ("fields", "site", "reason"),
    [
        ({"origin": "https://evil.example"}, SiteSettings(), DropReason.FOREIGN_ORIGIN),
        ({"origin": None, "referer": "https://evil.example/x"}, SiteSettings(), DropReason.FOREIGN_ORIGIN),
        ({"origin": None, "referer": "http://["}, SiteSettings(), DropReason.FOREIGN_ORIGIN),
        ({"purpose": "prefetch;prerender"}, SiteSettings(), DropReason.PREFETCH),
        ({}, SiteSettings(own_networks=["203.0.113.0/24"]), DropReason.OWN_TRAFFIC),  # type: ignore[arg-type]
        ({"privacy_signal": True}, SiteSettings(honour_privacy_signals=True), DropReason.OPT_OUT),
        ({"user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, SiteSettings(), DropReason.BOT),
        ({"user_agent": ""}, SiteSettings(), DropReason.BOT),
    ],
)
def test_a_reading_that_does_not_count_is_dropped_with_its_reason(
    fields: dict[str, object], site: SiteSettings, reason: DropReason
):
    with pytest.raises(Dropped) as dropped:
        admitted(attempt(site, **fields))

    assert dropped.value.reason is reason


def test_a_privacy_signal_counts_unless_the_site_honours_it():
    assert admitted(attempt(privacy_signal=True)) == "/a"


def test_a_page_without_origin_and_referer_counts():
    assert admitted(attempt(origin=None, referer=None)) == "/a"


def test_a_wrong_article_id_is_refused_whoever_sent_it():
    with pytest.raises(Problem) as refused:
        admitted(attempt(reading=Reading(site=SITE, article="a\x00b"), user_agent="Googlebot"))

    assert refused.value.kind is Kind.BAD_ARTICLE_ID


def test_an_unknown_site_is_refused():
    with pytest.raises(Problem) as refused:
        known_site(Reading(site="other.example", article="/a"), SETTINGS)

    assert refused.value.kind is Kind.UNKNOWN_SITE


@pytest.mark.parametrize("age_seconds", [24 * 3600 + 1, -5 * 60 - 1])
def test_a_batch_view_out_of_time_is_refused(age_seconds: int):
    tried = attempt(reading=_occurred(age_seconds))

    with pytest.raises(Problem) as refused:
        admit(tried, SETTINGS, BATCH_STEPS, {})

    assert refused.value.kind is Kind.BAD_TIME


@pytest.mark.parametrize("age_seconds", [24 * 3600 - 1, 0, -5 * 60 + 1])
def test_a_batch_view_in_time_is_admitted(age_seconds: int):
    assert admit(attempt(reading=_occurred(age_seconds)), SETTINGS, BATCH_STEPS, {}) == "/a"


def _occurred(age_seconds: int) -> Reading:
    moment = 1_000_000 - age_seconds
    return read(BatchReading, {"site": SITE, "article": "/a", "occurred_at": moment})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([], Kind.BAD_SHAPE),
        ("text", Kind.BAD_SHAPE),
        (None, Kind.BAD_SHAPE),
        ({}, Kind.BAD_SHAPE),
        ({"site": SITE}, Kind.BAD_SHAPE),
        ({"site": 1, "article": "/a"}, Kind.BAD_SHAPE),
        ({"site": SITE, "article": ["/a"]}, Kind.BAD_SHAPE),
        ({"site": SITE, "article": "/a", "event_id": ""}, Kind.BAD_SHAPE),
        ({"site": SITE, "article": "/a", "via": "a\nb"}, Kind.BAD_SHAPE),
        ({"site": SITE, "article": "/a", "more": 1}, Kind.UNKNOWN_FIELD),
    ],
)
def test_a_wrong_shape_is_refused(value: object, kind: Kind):
    with pytest.raises(Problem) as refused:
        read(Reading, value)

    assert refused.value.kind is kind


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", [b"198.51.100.1"], "203.0.113.9"),
        ("127.0.0.1", [b"198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", [b"192.0.2.1, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", [b"192.0.2.1", b"198.51.100.1, 127.0.0.1"], "198.51.100.1"),
        ("127.0.0.1", [b"[2001:db8::1]:443"], "2001:db8::1"),
        ("127.0.0.1", [b"198.51.100.1:5555"], "198.51.100.1"),
        ("127.0.0.1", [b"::ffff:198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", [b"unknown"], "127.0.0.1"),
        ("127.0.0.1", [b""], "127.0.0.1"),
        ("127.0.0.1", [b"127.0.0.1"], "127.0.0.1"),
        ("", [b"198.51.100.1"], ""),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_trusted_proxy(
    peer: str, forwarded: list[bytes], client: str
):
    assert client_address(peer, forwarded, spans(SETTINGS.trusted_proxies)) == client


def test_a_visitor_is_another_one_on_another_day_site_address_or_browser():
    same = visitor_hash(b"s" * 32, SITE, "203.0.113.9", FIREFOX)
    others = {
        visitor_hash(b"t" * 32, SITE, "203.0.113.9", FIREFOX),
        visitor_hash(b"s" * 32, "other.example", "203.0.113.9", FIREFOX),
        visitor_hash(b"s" * 32, SITE, "203.0.113.8", FIREFOX),
        visitor_hash(b"s" * 32, SITE, "203.0.113.9", "curl"),
        given_visitor_hash(b"s" * 32, SITE, "203.0.113.9"),
        event_hash(SITE, b"203.0.113.9", FIREFOX),
    }

    assert visitor_hash(b"s" * 32, SITE, "203.0.113.9", FIREFOX) == same
    assert len(others - {same}) == 6


def test_a_very_long_user_agent_is_cut_before_it_is_looked_at():
    assert not is_bot(FIREFOX + " " + "x" * 8_000 + " Googlebot")
