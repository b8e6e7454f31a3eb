"""What an article of the catalogue may be, and its encoding in Redis."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.article import Article

MINIMAL: dict[str, Any] = {
    "id": "cuban-advisers",
    "url": "https://news.example/2026/cuban-advisers",
    "title": "Cuban advisers leave Venezuela",
    "published_at": "2026-02-21T17:09:00Z",
}

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=100)
articles = st.builds(
    Article,
    id=st.text("abc/-é", min_size=1, max_size=50),
    url=st.just(MINIMAL["url"]),
    title=words,
    published_at=st.datetimes(
        datetime.fromisoformat("1001-01-01"),
        datetime.fromisoformat("8998-01-01"),
        timezones=st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    ),
    summary=st.just("") | words,
    image_url=st.none() | st.just("https://news.example/a.jpg"),
    section=st.none() | words,
    tags=st.lists(words, max_size=3),
    authors=st.lists(words, max_size=3),
    aliases=st.lists(st.text("abc/-é", min_size=1, max_size=50), max_size=3),
)


def stored(article: Article) -> dict[bytes, bytes]:
    return {k.encode(): v.encode() for k, v in article.to_hash().items()}


@given(articles)
def test_an_article_comes_back_from_its_hash(article):
    found = Article.from_hash(stored(article))

    assert found == article
    assert found.to_hash() == article.to_hash()


def test_fields_that_others_keep_in_the_hash_are_left_alone():
    article = Article(**MINIMAL)

    assert Article.from_hash({**stored(article), b"held": b"/old /older", b"merged": b"x"}) == article


@pytest.mark.parametrize(
    "fields", [{}, {b"id": b"a"}, {b"tags": b"[1"}, {b"title": b"\xff"}, {b"published_at": b"soon"}]
)
def test_a_hash_that_is_no_article_is_a_value_error(fields):
    whole = stored(Article(**MINIMAL)) if fields else {}

    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's, json's and unicode's own, whichever comes first
        Article.from_hash({**whole, **fields} if b"id" not in fields else fields)


def test_ids_and_aliases_are_normalised():
    article = Article(**{**MINIMAL, "id": "/café", "aliases": ["/caf%c3%a9-old", "100%"]})

    assert article.id == "/caf%C3%A9"
    assert article.aliases == ("/caf%C3%A9-old", "100%25")


def test_the_id_its_address_makes_is_an_alias():
    article = Article(**{**MINIMAL, "aliases": ["old-slug", "cuban-advisers"]})

    assert article.every_alias() == {"old-slug", "/2026/cuban-advisers"}


def test_an_article_named_by_its_path_has_no_alias_of_its_own():
    assert Article(**{**MINIMAL, "id": "/2026/cuban-advisers"}).every_alias() == set()


def test_the_query_keys_of_the_site_are_part_of_the_alias():
    article = Article(**{**MINIMAL, "url": "https://news.example/?p=7&utm_source=feed"})

    assert article.every_alias(("p",)) == {"/%3Fp%3D7"}


def test_a_moment_keeps_its_offset():
    article = Article(**{**MINIMAL, "published_at": "2026-02-21T12:09:00-05:00"})

    assert article.published_at == datetime(2026, 2, 21, 17, 9, tzinfo=UTC)
    assert article.to_hash()["published_at"] == "2026-02-21T12:09:00-05:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "a\x00b"},
        {"id": "\ud800"},
        {"id": 7},
        {"title": ""},
        {"title": "a\nb"},
        {"title": "\ud800"},
        {"title": "x" * 501},
        {"summary": "x" * 2_001},
        {"url": "ftp://news.example/a"},
        {"url": "javascript:alert(1)"},
        {"url": "https:///a"},
        {"url": "https://:443/a"},
        {"url": "https://[::1/a"},
        {"url": "https://news.example/" + "x" * 2_000},
        {"image_url": "/relative.jpg"},
        {"published_at": "2026-02-21T17:09:00"},
        {"published_at": "2026-02-21"},
        {"published_at": 1771693740},
        {"published_at": "1771693740"},
        {"published_at": float("nan")},
        {"tags": "World News"},
        {"tags": [""]},
        {"tags": ["x"] * 51},
        {"authors": [7]},
        {"aliases": ["ok", "not\x00ok"]},
        {"headline": "not a field"},
    ],
)
def test_what_is_no_article_is_refused_by_the_field(wrong):
    with pytest.raises(ValidationError) as caught:
        Article(**{**MINIMAL, **wrong})

    assert caught.value.errors()[0]["loc"][0] == next(iter(wrong))
