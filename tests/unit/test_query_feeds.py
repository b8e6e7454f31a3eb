"""Feeds of hostile text: always well-formed, always saying what was said."""

import html
import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.feeds.channel import Channel
from services.query.feeds.json_feed import json_feed
from services.query.feeds.rss import rss
from services.query.models import Metrics, RankedStory
from services.query.ranked.question import Question
from shared.article import Article

HERE = "https://counts.example/v1/trending.rss"
CHANNEL = Channel.of(Question("news.example"), HERE, b"site=news.example")

HOSTILE = [
    "<script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "\" onload='alert(1)' x=\"",
    "&lt;b&gt; &amp; &#0; &nosuch;",
    "javascript:alert(1)",
    "line\u2028para\u2029 \u202eright to left\u202c \ufeff",
    "\ufffe\uffff",
    "a\ufffeb\uffffc",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001fffe \U0010ffff",
    "</title></item></channel></rss>",
    "{{7*7}} ${7*7} %s %(x)s {0}",
]
taken = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=100)


def story(title: str, summary: str = "", **fields: object) -> RankedStory:
    """Return an article of a list, as the desk takes it."""
    told = {
        "id": "a",
        "url": "https://news.example/a",
        "published_at": datetime(2026, 2, 21, 22, 9, tzinfo=UTC),
    }
    article = Article.model_validate({**told, "title": title, "summary": summary, **fields})
    placed = {"rank": 1, "movement": None, "metrics": Metrics(views=1), "source": "trending"}
    return RankedStory(**{**article.model_dump(exclude={"aliases"}), **placed})  # type: ignore[arg-type]


def parsed(*stories: RankedStory) -> list[ElementTree.Element]:
    """Return the items of the feed, as another program reads them."""
    root = ElementTree.fromstring(rss(CHANNEL, stories))
    return root.findall("channel/item")


def writable(text: str) -> str:
    """Return a text without what XML 1.0 cannot hold."""
    return "".join(character for character in text if character not in "\ufffe\uffff")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_arrives_as_text(text: str) -> None:
    hostile = story(text, text, section=text[:100], tags=(text[:100],), authors=(text[:100],))

    (item,) = parsed(hostile)
    assert item.findtext("title") == writable(text)
    assert html.unescape(item.findtext("description", "")) == writable(text)
    assert "<" not in item.findtext("description", ""), "readers take it for HTML"
    assert len(item) == 7
    (read,) = json.loads(json_feed(CHANNEL, [hostile]))["items"]
    assert (read["title"], read["content_text"]) == (text, text)
    assert read["authors"] == [{"name": text[:100]}]


@given(taken, taken)
def test_every_text_the_desk_takes_makes_a_feed(title: str, summary: str) -> None:
    hostile = story(title, summary)

    (item,) = parsed(hostile)
    assert item.findtext("title") == writable(title)
    (read,) = json.loads(json_feed(CHANNEL, [hostile]))["items"]
    assert (read["title"], read["content_text"]) == (title, summary)


@given(st.binary(max_size=60).map(lambda raw: bytes(byte for byte in raw if byte < 128)))
def test_whatever_was_asked_makes_an_address_that_is_one(query: bytes) -> None:
    channel = Channel.of(Question("news.example"), HERE, query)

    root = ElementTree.fromstring(rss(channel, []))
    (link,) = root.findall("channel/{http://www.w3.org/2005/Atom}link")
    assert link.get("href") == channel.address == json.loads(json_feed(channel, []))["feed_url"]
    assert not set(channel.address) & set(' <>"{}|\\^`')


def test_an_address_says_what_was_asked_and_nothing_else() -> None:
    asked = b"site=news.example&tag=World%20News&exclude=a%252Cb,c"

    assert Channel.of(Question("news.example"), HERE, asked).address == f"{HERE}?{asked.decode()}"


@pytest.mark.parametrize("label", ["Ad by Acme", *HOSTILE])
def test_a_slot_says_its_label_where_readers_look_and_is_an_entry_of_its_own(label: str) -> None:
    slot = story("Buy this")
    slot = slot.model_copy(update={"rank": None, "source": "sponsored", "label": label})

    (item,) = parsed(slot)
    assert item.findtext("title") == writable(f"{label}: Buy this")
    assert item.findtext("category") == writable(label)
    assert item.findtext("guid") == "a#sponsored"
    [entry] = json.loads(json_feed(CHANNEL, [slot]))["items"]
    assert (entry["id"], entry["title"], entry["tags"]) == ("a#sponsored", f"{label}: Buy this", [label])
    assert entry["_groundswell"] == {"source": "sponsored", "label": label}


def test_an_entry_without_a_summary_says_its_title() -> None:
    (read,) = json.loads(json_feed(CHANNEL, [story("Title")]))["items"]

    assert read["content_text"] == "Title"
