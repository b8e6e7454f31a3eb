"""What is wrong with a feed is named, and spoils nothing beside it."""

import json

import pytest

from services.desk.follow.document import MOST
from services.desk.follow.trouble import Unreadable
from tests.feeds import SITE, item, read, rss

WHOLE = {"url": f"https://{SITE}/7", "title": "Seven", "date_published": "2026-02-21T17:09:00Z"}

WRONG = [
    (item(link=""), "link: there is none, and no id that is an address"),
    (item(link="mailto:a@b.example"), "link: 'mailto:a@b.example' is no web address"),
    (item(link="https://other.example/a"), "link: other.example is no host of this site (origins)"),
    (item(link=f"https://{SITE}/&#127;"), "link: an article id holds no control characters"),
    (item(title=""), "title: there is none"),
    (item(title="&lt;img src='x'&gt;"), "title: there is none"),
    (item(pubDate=""), "published: there is no date"),
    (item(pubDate="yesterday"), "published: 'yesterday' is no date"),
    (
        item(pubDate="Sat, 21 Feb 2026 18:06:00 +0000"),
        "published: 2026-02-21T18:06:00+00:00 is in the future",
    ),
    (item(title="Tom & Jerry"), "the XML is broken: xmlParseEntityRef: no name"),
    (item(title="Tom&nbsp;"), "the XML is broken: Entity 'nbsp' not defined"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_a_wrong_entry_is_named_and_spoils_no_other(wrong: str, said: str):
    for glue in ("\n", ""):
        document = read(rss(glue.join([item("/before"), wrong, item("/after")])))

        assert [entry.id for entry in document.entries] == ["/before", "/after"]
        assert document.unfit == [f"item 2: {said}"]


WRONG_JSON = [
    (7, "an item is a JSON object"),
    ({"id": 7}, "link: there is none, and no id that is an address"),
    ({"url": 7}, "url: it is text, not int"),
    ({"url": f"https://{SITE}/a", "title": ["a"]}, "title: it is text, not list"),
    ({"url": f"https://{SITE}/a", "title": "a", "tags": "a"}, "tags: it is a list of texts"),
    ({"url": f"https://{SITE}/a", "title": "a", "authors": ["Ann"]}, "authors: it is a list of objects"),
    ({"url": f"https://{SITE}/a", "title": "a", "date_published": 1771693740}, "date_published: it is text"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG_JSON, ids=[said[:40] for _, said in WRONG_JSON])
def test_a_wrong_type_is_named_by_its_field(wrong: object, said: str):
    document = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [wrong, WHOLE]}))

    assert len(document.entries) == 1
    assert [unfit.startswith(f"item 1: {said}") for unfit in document.unfit] == [True]


NO_FEED = [
    ("", "it is empty"),
    ("<!DOCTYPE html><html><body>Not found</body></html>", "it is an HTML page, not a feed"),
    ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "it is an HTML page, not a feed"),
    ("We are down.", "it is neither XML nor JSON, though it says that it is text/plain"),
    ("<sitemapindex/>", "it is an index of sitemaps; name the news sitemap itself"),
    ("<opml/>", "it is XML whose root is 'opml', which is no feed"),
    ("<rss", "its XML is broken in line 1: Couldn't find end"),
    ("<", "it is not XML that can be read: line 1"),
    ("<rss><channel>", "its XML is broken in line 1: Premature end"),
    ('{"items": ', "it is no JSON that can be read"),
    ("[]", "it is JSON, but no JSON Feed"),
    ('{"items": {}}', "it is JSON, but no JSON Feed"),
    ('{"items": ' + "[" * 100_000, "it is JSON nested too deeply"),
    ("<rss>" * 100_000, "its XML is broken in line 1: Excessive depth"),
]


@pytest.mark.parametrize(("body", "said"), NO_FEED, ids=[said[:40] for _, said in NO_FEED])
def test_what_is_no_feed_is_called_what_it_is(body: str, said: str):
    with pytest.raises(Unreadable) as refused:
        read(body, "text/plain")

    assert str(refused.value).startswith(said)


BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "declared",
    [
        BOMB,
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://169.254.169.254/"> %a;]>',
    ],
)
def test_entities_are_refused_before_any_is_expanded(declared: str):
    with pytest.raises(Unreadable, match="declares entities"):
        read(rss(item(title="&a;")).replace("?>\n", f"?>\n{declared}"))


def test_a_document_that_breaks_off_loses_its_last_entry_alone():
    whole = rss(item("/a"), item("/b"), item("/c", title="A title that goes on"))

    document = read(whole[: whole.index(" that goes on")])

    assert [entry.id for entry in document.entries] == ["/a", "/b"]
    assert len(document.unfit) == 1
    assert document.unfit[0].startswith("item 3: the XML is broken: Premature end")


def test_more_entries_than_news_has_are_not_read():
    document = read(rss(*(item(f"/{n}") for n in range(MOST + 2))))

    assert len(document.entries) == MOST
    assert document.unfit == [f"item {MOST + 1} and what follows: more than {MOST:,} are not read"]


def test_what_is_too_long_is_cut():
    many = "</category><category>".join(["x" * 200, *map(str, range(60))])
    [entry] = read(rss(item(title="word " * 200, description="word " * 5_000, category=many))).entries

    for name in ("title", "summary"):
        assert entry.said[name] == "word " * 59 + "word…"
    assert len(entry.said["tags"]) == 50
    assert entry.said["tags"][0] == "x" * 99 + "…"
