"""Whatever comes, the desk reads an article or names a problem."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.reading import MAX_ARTICLES, place, read_bulk, read_merge, try_place
from shared.article import Article
from shared.problem import Kind, Problem

SITES = {"news.example", "other.example"}
GOOD = {
    "site": "news.example",
    "id": "a",
    "url": "https://news.example/a",
    "title": "A",
    "published_at": "2026-02-21T17:09:00Z",
}
REFUSALS = {Kind.BAD_SHAPE, Kind.UNKNOWN_FIELD, Kind.BAD_ARTICLE_ID, Kind.UNKNOWN_SITE}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from([*Article.model_fields, "site", "headline"])


@given(anything | st.dictionaries(fields, anything).map(lambda wrong: {**GOOD, **wrong}))
def test_any_json_is_an_article_or_a_problem(value):
    found = try_place(value, SITES, None)

    if isinstance(found, Problem):
        assert found.kind in REFUSALS
        assert json.loads(found.document())["status"] in (404, 422)
    else:
        assert found[0] in SITES


def test_an_article_takes_the_site_it_names_before_that_of_its_bulk():
    unplaced = {name: value for name, value in GOOD.items() if name != "site"}

    assert place(GOOD, SITES, "other.example")[0] == "news.example"
    assert place(unplaced, SITES, "other.example")[0] == "other.example"


@pytest.mark.parametrize("value", [GOOD, 7, "text", None, {"articles": 7}, {"articles": [], "sites": []}])
def test_what_is_no_bulk_is_refused(value):
    with pytest.raises(Problem) as caught:
        read_bulk(json.dumps(value).encode(), "application/json")

    assert caught.value.kind in (Kind.BAD_SHAPE, Kind.UNKNOWN_FIELD)


def test_a_bulk_of_one_article_too_many_is_refused_in_lines_as_in_one():
    lines = b"{}\n" * (MAX_ARTICLES + 1)
    array = b"[" + b",".join([b"{}"] * (MAX_ARTICLES + 1)) + b"]"

    for body, content_type in ((lines, "application/x-ndjson"), (array, "application/json")):
        with pytest.raises(Problem) as caught:
            read_bulk(body, content_type)
        assert caught.value.kind is Kind.TOO_MANY_ARTICLES


def test_a_line_that_is_no_json_stands_in_its_place():
    site, items = read_bulk(b'{"id": "a"}\r\n\n{"id": NaN}\n7\n', "application/x-ndjson")

    assert site is None
    assert items[0] == {"id": "a"}
    assert isinstance(items[1], Problem)
    assert items[2] == 7


def test_the_ids_of_a_merge_are_normalised():
    wanted = read_merge(b'{"site": "news.example", "from": "/caf\xc3\xa9", "into": "100%"}', SITES)

    assert (wanted.from_id, wanted.into) == ("/caf%C3%A9", "100%25")
