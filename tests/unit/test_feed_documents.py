"""What feeds say, in each of the formats they come in."""

import json
from datetime import UTC, datetime

import pytest

from tests.feeds import SITE, item, read, rss

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>News</title><link>https://{SITE}</link>
<item>
  <title>Cuban advisers leave Venezuela&amp;#8217;s ministries &lt;em&gt;at last&lt;/em&gt;</title>
  <link>https://{SITE}/2026/02/21/advisers-leave/?utm_source=rss#comments</link>
  <dc:creator><![CDATA[Ann Example]]></dc:creator>
  <pubDate>Sat, 21 Feb 2026 12:09:00 -0500</pubDate>
  <category><![CDATA[Global News]]></category><category>World News</category><category>World News</category>
  <guid isPermaLink="false">https://{SITE}/?p=123</guid>
  <description><![CDATA[<p>They leave.</p><p>All of them.</p>
    <p>The post <a href="/x">Cuban advisers</a> appeared first on <a href="/">News</a>.</p>]]></description>
  <content:encoded><![CDATA[<p>The whole article.</p>]]></content:encoded>
  <media:content url="/pictures/a.jpg" medium="image"/><media:thumbnail url="https://{SITE}/pictures/a-small.jpg"/>
</item>
</channel></rss>"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>News</title>
<entry>
  <title type="html">Tom &amp;amp; Jerry &lt;b&gt;again&lt;/b&gt;</title>
  <link rel="self" href="/self"/><link href="/2026/tom-and-jerry"/>
  <id>tag:{SITE},2026:tom-and-jerry</id>
  <published>2026-02-21T17:09:00Z</published><updated>2026-02-21T17:30:00Z</updated>
  <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">They <i>met</i>.</div></summary>
  <author><name>Ann Example</name></author><author><name>Bo Example</name></author>
  <category term="world" label="World"/><category term="cats"/>
  <link rel="enclosure" type="image/jpeg" href="/cat.jpg"/>
</entry>
</feed>"""

SITEMAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://{SITE}/business/merger</loc><lastmod>2026-02-21T17:45:00Z</lastmod>
  <news:news><news:publication><news:name>News</news:name><news:language>en</news:language></news:publication>
    <news:publication_date>2026-02-21</news:publication_date><news:title>Companies A, B merge</news:title>
    <news:keywords>business, merger</news:keywords></news:news>
  <image:image><image:loc>https://{SITE}/merger.jpg</image:loc></image:image></url>
</urlset>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "News",
    "items": [
        {
            "id": "story-7",
            "url": f"https://{SITE}/7",
            "title": "Seven",
            "summary": "What seven says.",
            "date_published": "2026-02-21T17:09:00Z",
            "tags": ["World"],
            "authors": [{"name": "Ann Example"}],
            "image": "/7.jpg",
        }
    ],
}


def test_an_item_of_rss_tells_all_that_an_article_has():
    [entry] = read(RSS).entries

    assert (entry.id, entry.names) == ("/2026/02/21/advisers-leave", ("123", "/%3Fp%3D123"))
    assert entry.said == {
        "url": f"https://{SITE}/2026/02/21/advisers-leave/?utm_source=rss",
        "title": "Cuban advisers leave Venezuela’s ministries at last",
        "published_at": datetime(2026, 2, 21, 17, 9, tzinfo=UTC),
        "summary": "They leave. All of them.",
        "image_url": f"https://{SITE}/pictures/a.jpg",
        "thumbnail_url": f"https://{SITE}/pictures/a-small.jpg",
        "tags": ("Global News", "World News"),
        "authors": ("Ann Example",),
    }


def test_an_entry_of_atom_tells_all_that_an_article_has():
    [entry] = read(ATOM).entries

    assert (entry.id, entry.names) == ("/2026/tom-and-jerry", (f"tag:{SITE}%2C2026:tom-and-jerry",))
    assert entry.said == {
        "url": f"https://{SITE}/2026/tom-and-jerry",
        "title": "Tom & Jerry again",
        "published_at": datetime(2026, 2, 21, 17, 9, tzinfo=UTC),
        "summary": "They met.",
        "image_url": f"https://{SITE}/cat.jpg",
        "tags": ("World", "cats"),
        "authors": ("Ann Example", "Bo Example"),
    }


def test_an_address_of_a_news_sitemap_is_an_article():
    [entry] = read(SITEMAP).entries

    assert entry.id == "/business/merger"
    assert entry.said == {
        "url": f"https://{SITE}/business/merger",
        "title": "Companies A, B merge",
        # A date without a time is midnight where the site is.
        "published_at": datetime(2026, 2, 21, 5, tzinfo=UTC),
        "image_url": f"https://{SITE}/merger.jpg",
        "tags": ("business", "merger"),
    }


def test_an_item_of_a_json_feed_is_an_article():
    [entry] = read(json.dumps(JSON_FEED)).entries

    assert (entry.id, entry.names) == ("/7", ("story-7",))
    assert entry.said == {
        "url": f"https://{SITE}/7",
        "title": "Seven",
        "published_at": datetime(2026, 2, 21, 17, 9, tzinfo=UTC),
        "summary": "What seven says.",
        "image_url": f"https://{SITE}/7.jpg",
        "tags": ("World",),
        "authors": ("Ann Example",),
    }


def test_rss_1_0_keeps_its_items_beside_the_channel():
    document = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/>'
        f'<item rdf:about="https://{SITE}/a"><title>A</title><link>https://{SITE}/a</link>'
        "<dc:date>2026-02-21T17:09:00Z</dc:date></item></rdf:RDF>"
    )

    assert [entry.id for entry in document.entries] == ["/a"]


def test_an_old_doctype_is_no_reason_to_refuse_a_feed():
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'

    assert len(read(rss(item()).replace("?>\n", f"?>\n{doctype}")).entries) == 1


@pytest.mark.parametrize(
    "body",
    [
        rss(item(title="Ça va")).encode(),
        b"\n  " + rss(item(title="Ça va")).encode(),
        b"\xef\xbb\xbf" + rss(item(title="Ça va")).encode(),
        rss(item(title="Ça va")).replace("?>", ' encoding="windows-1252"?>').encode("cp1252"),
        rss(item(title="Ça va")).replace("?>", ' encoding="utf-16"?>').encode("utf-16"),
    ],
)
def test_a_feed_is_read_in_its_own_encoding(body: bytes):
    assert [entry.said["title"] for entry in read(body).entries] == ["Ça va"]


def test_the_charset_of_the_answer_counts_where_the_document_names_none():
    body = rss(item(title="Ça va")).encode("latin-1")

    assert read(body, "text/xml; charset=ISO-8859-1").entries[0].said["title"] == "Ça va"
    assert read(rss(item()), "text/xml; charset=klingon").entries[0].id == "/a"


def test_an_item_without_a_link_may_have_a_guid_that_is_one():
    named = rss(item(link="", guid=f"https://{SITE}/by-guid"))
    unnamed = rss(item(link="", guid=f"https://{SITE}/?p=5").replace("<guid>", '<guid isPermaLink="false">'))

    assert read(named).entries[0].id == "/by-guid"
    assert read(unnamed).unfit == ["item 1: link: there is none, and no id that is an address"]


def test_the_query_keys_of_the_site_belong_to_the_id():
    document = read(rss(item("/?p=7&amp;utm_source=x")), query_keys=("p",))

    assert document.entries[0].id == "/%3Fp%3D7"
