"""What the one normaliser of article ids promises."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.article_id import MAX_INPUT, MAX_LENGTH, BadArticleId, id_from_url, normalise_id

ALPHABET = re.compile(r"(?:[A-Za-z0-9._~:/@+-]|%[0-9A-F]{2})+")

raw_ids = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=MAX_INPUT // 8
) | st.from_regex(r"[A-Fa-f0-9%/?& ]{1,300}", fullmatch=True)


@given(raw_ids)
def test_normalising_twice_changes_nothing(raw):
    once = normalise_id(raw)

    assert normalise_id(once) == once


@given(raw_ids)
def test_an_id_is_one_to_two_hundred_characters_of_the_alphabet(raw):
    found = normalise_id(raw)

    assert 1 <= len(found) <= MAX_LENGTH
    assert ALPHABET.fullmatch(found)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="%/"), min_size=1))
def test_every_spelling_of_a_text_is_one_id(raw):
    assert normalise_id(quote(raw, safe="")) == normalise_id(raw)
    assert normalise_id("".join(f"%{octet:02x}" for octet in raw.encode())) == normalise_id(raw)


@given(raw_ids.map(lambda raw: raw * 60).filter(lambda raw: len(raw) <= MAX_INPUT))
def test_long_ids_stay_apart(raw):
    assert normalise_id(raw) != normalise_id(raw[:-1] + ("x" if raw[-1] != "x" else "y"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("cuban-advisers", "cuban-advisers"),
        ("/2026/02/21/cuban-advisers", "/2026/02/21/cuban-advisers"),
        ("/caf\u00e9", "/caf%C3%A9"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/%7Euser/%41", "/~user/A"),
        ("/a%2Fb", "/a%2Fb"),
        ("100% sure", "100%25%20sure"),
        ("/?p=123", "/%3Fp%3D123"),
        ("a,b", "a%2Cb"),
    ],
)
def test_an_id_is_spelled_so(raw, expected):
    assert normalise_id(raw) == expected


def test_a_long_id_keeps_its_beginning_and_ends_in_its_hash():
    raw = "/" + "long/" * 100

    found = normalise_id(raw)

    assert len(found) == MAX_LENGTH
    assert found[:167] == raw[:167]
    assert re.fullmatch(r"~[0-9a-f]{32}", found[167:])


@given(st.integers(150, 200), st.text("\u00e9\u4e16", min_size=60, max_size=60))
def test_a_cut_leaves_no_half_escape(head, tail):
    found = normalise_id("a" * head + tail)

    assert ALPHABET.fullmatch(found)
    assert normalise_id(found) == found


@pytest.mark.parametrize("raw", ["", "a\x00b", "a\nb", "\x7f", "\x85", "\ud800", "x" * (MAX_INPUT + 1)])
def test_what_cannot_name_an_article_is_refused(raw):
    with pytest.raises(BadArticleId):
        normalise_id(raw)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example/2026/cuban-advisers/", "/2026/cuban-advisers"),
        ("https://news.example/2026/cuban-advisers?utm_source=x#comments", "/2026/cuban-advisers"),
        ("https://news.example", "/"),
        ("https://news.example/", "/"),
        ("https://news.example//", "/"),
        ("/2026/cuban-advisers/", "/2026/cuban-advisers"),
        ("//news.example/a", "/a"),
        ("https://news.example/caf\u00e9", "/caf%C3%A9"),
        ("https://news.example/caf%c3%a9/", "/caf%C3%A9"),
        ("HTTPS://NEWS.EXAMPLE/Mixed", "/Mixed"),
    ],
)
def test_an_address_names_its_path(url, expected):
    assert id_from_url(url) == expected


def test_only_the_query_keys_of_a_site_name_an_article():
    assert id_from_url("https://news.example/?utm_source=x&p=123", ("p",)) == "/%3Fp%3D123"
    assert id_from_url("https://news.example/?b=2&a=1", ("a", "b")) == id_from_url("/?a=1&b=2", ("b", "a"))
    assert id_from_url("https://news.example/?p=123") == "/"


def test_query_keys_may_come_as_a_list():
    assert id_from_url("/?p=123", ["p"]) == id_from_url("/?p=123", ("p",))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a/b",
        "ftp://news.example/a",
        "https:///a",
        "https://[::1/a",
        "javascript:alert(1)",
        "/a\x00",
        "?p=1",
    ],
)
def test_what_is_no_page_address_is_refused(url):
    with pytest.raises(BadArticleId):
        id_from_url(url)


@given(raw_ids)
def test_an_id_made_from_an_address_is_normal(path):
    try:
        found = id_from_url(f"https://news.example/{path}", ("p",))
    except BadArticleId:
        return

    assert normalise_id(found) == found
