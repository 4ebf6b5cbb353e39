"""Every body of a channel gives its links, or says by name what is wrong with it."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import discovery
from crawler.discovery import Listing
from crawler.discovery.listing import MAX_SUMMARY, parse_time
from crawler.errors import ChannelUnreadableError
from crawler.urls import is_web
from db.model import ChannelKind
from tests import factory
from tests.golden.renew import GOLDEN, discovered

pytestmark = pytest.mark.filterwarnings("ignore:To avoid breaking existing software:DeprecationWarning")  # feedparser's
FEED, MAP = "https://blatt.example/news/feed.xml", "https://blatt.example/maps/news.xml"
WHEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def feed(body: str | bytes, content_type: str = "", **options: object) -> Listing:
    data = body if isinstance(body, bytes) else body.encode()
    return discovery.read(factory.channel(url=FEED, **options), data, FEED, content_type)


def sitemap(body: str | bytes, **options: object) -> Listing:
    data = body if isinstance(body, bytes) else body.encode()
    return discovery.read(factory.channel(url=MAP, kind=ChannelKind.SITEMAP, **options), data, MAP)


def links(listing: Listing) -> list[str]:
    return [entry.url for entry in listing.entries]


def issue_of(kind: ChannelKind, body: bytes, content_type: str = "") -> str:
    with pytest.raises(ChannelUnreadableError) as caught:
        discovery.read(factory.channel(url=FEED, kind=kind), body, FEED, content_type)
    assert caught.value.detail.startswith(FEED)
    return caught.value.what


# -- recorded bodies


def test_every_recorded_body_gives_what_it_gave(shared: Path) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found = discovered(shared)
    changed = {
        name: (golden.get(name), found.get(name)) for name in golden | found if golden.get(name) != found.get(name)
    }
    assert not changed, "was, is; if this is better: python -m tests.golden.renew"
    assert len(golden) == 180


def test_every_recorded_body_gives_links_or_a_named_issue() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert [
        name
        for name, said in golden.items()
        if not {"entries", "children", "flaw", "issue", "captures", "blocked"} & set(said)
    ] == []
    names = {said.get("issue") or said.get("flaw") for said in golden.values()} - {None}
    assert names <= {
        "empty-body",
        "html-instead-of-feed",
        "not-a-feed",
        "no-entries",
        "damaged-feed",
        "too-large",
        "damaged-list",
        "bad-query",
        "asked-to-wait",
    }


# -- the kinds of feed

RSS_091 = """<?xml version="1.0"?><rss version="0.91"><channel><title>Das Blatt</title>
<item><title>Eins</title><link>https://blatt.example/1</link><description>Erstes</description></item>
<item><title>Zwei</title><link>https://blatt.example/2</link></item></channel></rss>"""

RSS_20 = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Das Blatt</title>
<item><title>Deserteur &amp;amp; Asyl</title><link>https://blatt.example/1</link>
<description>&lt;p&gt;Ein &lt;b&gt;Gericht&lt;/b&gt; &amp;shy;entschied.&lt;/p&gt;</description>
<pubDate>Sun, 01 Mar 2026 10:00:00 +0200</pubDate></item></channel></rss>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>B</title></channel>
<item rdf:about="https://blatt.example/1"><title>Eins</title><link>https://blatt.example/1</link>
<dc:date>2026-03-01T08:00:00Z</dc:date></item></rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><entry><title>Eins</title>
<link rel="enclosure" href="https://blatt.example/1.mp3"/><link rel="alternate" href="https://blatt.example/1"/>
<id>tag:blatt.example,2026:1</id><updated>2026-03-01T09:00:00+01:00</updated><summary>Erstes</summary></entry></feed>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "B",
        "items": [
            {"id": "1", "url": "https://blatt.example/1", "title": "Eins", "content_html": "<p>Erstes</p>",
             "date_published": "2026-03-01T08:00:00Z"},
            {"id": "https://blatt.example/2", "summary": "Zweites"},
            {"id": "3"},
        ],
    }
)  # fmt: skip


def test_rss_0_91_gives_its_items_without_dates() -> None:
    found = feed(RSS_091)
    assert links(found) == ["https://blatt.example/1", "https://blatt.example/2"]
    assert [(one.title, one.summary, one.dated) for one in found.entries] == [
        ("Eins", "Erstes", None),
        ("Zwei", "", None),
    ]
    assert found.flaw == ""


@pytest.mark.parametrize("body", [RSS_20, RDF, ATOM, JSON_FEED], ids=["rss 2.0", "rdf", "atom", "json feed"])
def test_each_kind_of_feed_gives_link_and_date_in_utc(body: str) -> None:
    found = feed(body)
    assert found.entries[0].url == "https://blatt.example/1"
    newest = found.newest
    assert newest == found.entries[0].published_at == WHEN
    assert newest
    assert newest.tzinfo is UTC
    assert found.flaw == ""


def test_titles_and_summaries_are_plain_text() -> None:
    [one] = feed(RSS_20).entries
    assert (one.title, one.summary) == ("Deserteur & Asyl", "Ein Gericht \xadentschied.")
    assert feed(ATOM).entries[0].summary == "Erstes"
    assert [one.summary for one in feed(JSON_FEED).entries] == ["Erstes", "Zweites"]


def test_markup_in_a_title_never_survives() -> None:
    body = RSS_091.replace("Eins", "&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=a()&gt; A &lt; B")
    assert "<" not in feed(body).entries[0].title.replace("A < B", "")


def test_a_summary_is_cut_at_its_limit() -> None:
    assert len(feed(RSS_091.replace("Erstes", "wort " * 1000)).entries[0].summary) == MAX_SUMMARY


def test_an_items_name_counts_as_its_link_only_where_it_is_an_address() -> None:
    assert links(feed(JSON_FEED)) == ["https://blatt.example/1", "https://blatt.example/2"]
    named = RSS_091.replace("<link>https://blatt.example/2</link>", '<guid isPermaLink="false">%s</guid>')
    assert links(feed(named % "https://blatt.example/two"))[1:] == ["https://blatt.example/two"]
    assert links(feed(named % "7bd204c6-1655"))[1:] == []


def test_an_item_without_a_link_is_left_out_and_is_not_the_feed_itself() -> None:
    assert links(feed(RSS_091.replace("<link>https://blatt.example/2</link>", ""))) == ["https://blatt.example/1"]
    assert links(feed(RSS_091.replace("https://blatt.example/2", " "))) == ["https://blatt.example/1"]
    assert links(sitemap(f"{URLSET}<url><lastmod>2026-03-01</lastmod></url></urlset>")) == []


def test_relative_links_are_read_where_the_feed_was_served() -> None:
    body = RSS_091.replace("https://blatt.example/1", "../1").replace("https://blatt.example/2", "/2?x=1&amp;y=2")
    assert links(feed(body)) == ["https://blatt.example/1", "https://blatt.example/2?x=1&y=2"]
    based = ATOM.replace("<feed ", '<feed xml:base="https://other.example/a/" ').replace(
        'https://blatt.example/1"', 'b"'
    )
    assert links(feed(based)) == ["https://other.example/a/b"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "mailto:a@b.c", "ftp://b.c/x", "http://"]
)
def test_links_that_lead_nowhere_on_the_web_are_dropped(link: str) -> None:
    assert links(feed(RSS_091.replace("https://blatt.example/1", link))) == ["https://blatt.example/2"]
    assert links(feed(JSON_FEED.replace("https://blatt.example/1", link)))[-1:] == ["https://blatt.example/2"]
    assert links(sitemap(f"{URLSET}<url><loc>{link}</loc></url></urlset>")) == []


TEXT = "Суд в Казани приговорил дезертира. Российский солдат самовольно оставил часть и попросил убежища в Германии."


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["in the prolog", "in the header", "nowhere"])
def test_a_feed_in_any_encoding_gives_its_words_whether_or_not_it_says_which(encoding: str, declared: str) -> None:
    label = encoding.removesuffix("-le").removesuffix("-be")
    prolog = f'<?xml version="1.0" encoding="{label}"?>' if declared == "in the prolog" else ""
    body = (prolog + RSS_091.partition("?>")[2].replace("Erstes", TEXT)).encode(encoding)
    if declared == "in the prolog" and label == "utf-16":
        body = "\ufeff".encode(encoding) + body
    content_type = f"application/xml; charset={encoding}" if declared == "in the header" else "application/xml"
    found = feed(body, content_type)
    assert (found.entries[0].summary, found.flaw) == (TEXT, "")


def test_white_space_before_the_xml_declaration_costs_no_entry() -> None:
    assert links(feed("\n\n  " + RSS_20)) == ["https://blatt.example/1"]


def test_a_feed_that_breaks_off_gives_what_stands_before_and_says_so() -> None:
    found = feed(RSS_091[: RSS_091.index("<item><title>Zwei") + 20])
    assert links(found) == ["https://blatt.example/1"]
    assert found.flaw == "damaged-feed"
    assert found.flaw_detail


def test_json_that_names_no_version_is_read_and_marked() -> None:
    found = feed(JSON_FEED.replace("https://jsonfeed.org/version/1.1", "2"))
    assert (len(found.entries), found.flaw) == (2, "damaged-feed")


@pytest.mark.parametrize(
    "body", [b"<html><body>x</body></html>", b"\n<!DOCTYPE html><html>x", b"<!-- a --><HTML lang='de'>x"]
)
@pytest.mark.parametrize("kind", [ChannelKind.FEED, ChannelKind.SITEMAP])
def test_an_html_page_is_no_feed_and_says_so(body: bytes, kind: ChannelKind) -> None:
    assert issue_of(kind, body, "text/html") == "html-instead-of-feed"


@pytest.mark.parametrize("body", [b"", b"  \r\n\t ", b"\n"])
@pytest.mark.parametrize("kind", [ChannelKind.FEED, ChannelKind.SITEMAP])
def test_an_empty_body_is_named(body: bytes, kind: ChannelKind) -> None:
    assert issue_of(kind, body) == "empty-body"


@pytest.mark.parametrize(
    "body", [b"Not found", b"<note/>", b'{"error": 1}', b"{broken", b"[1]", b"\x89PNG\r\n\x1a\n" * 9]
)
def test_what_is_no_feed_is_named(body: bytes) -> None:
    assert issue_of(ChannelKind.FEED, body) == "not-a-feed"


@pytest.mark.parametrize(
    "body", [b"Not found", b"<note/>", b"\x1f\x8b\x08broken", b"https://a.example/1\nand a word\n"]
)
def test_what_is_no_sitemap_is_named(body: bytes) -> None:
    assert issue_of(ChannelKind.SITEMAP, body) == "not-a-feed"


@pytest.mark.parametrize(
    "body",
    [
        "<rss version='2.0'><channel><title>x</title></channel></rss>",
        '{"version": "https://jsonfeed.org/version/1", "items": []}',
    ],
)
def test_a_feed_that_lists_nothing_is_named(body: str) -> None:
    assert feed(body) == Listing(flaw="no-entries", flaw_detail=f"{FEED} answered with a feed that lists nothing")


def test_a_body_under_the_sources_least_size_is_no_answer() -> None:
    assert links(feed(RSS_091, min_bytes=100))
    with pytest.raises(ChannelUnreadableError, match="empty-body"):
        feed(RSS_091, min_bytes=5000)


def test_links_that_the_source_skips_are_left_out() -> None:
    assert links(feed(RSS_091, skip=("/2", "/video/"))) == ["https://blatt.example/1"]
    found = feed(RSS_091, skip=("blatt",))
    assert (links(found), found.flaw) == ([], "")


# -- sitemaps

URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
NEWS = f"""<?xml version="1.0" encoding="UTF-8"?>{URLSET}<url><loc> https://blatt.example/1 </loc>
<lastmod>2026-03-01T09:00:00Z</lastmod><news:news><news:publication><news:name>B</news:name></news:publication>
<news:publication_date>2026-03-01T10:00:00+02:00</news:publication_date><news:title>Ein
Titel</news:title></news:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://blatt.example/a.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
<sitemap><loc>b.xml.gz</loc></sitemap></sitemapindex>"""


def test_a_news_sitemap_gives_title_date_and_change() -> None:
    [one] = sitemap(NEWS).entries
    assert (one.url, one.title, one.published_at) == ("https://blatt.example/1", "Ein Titel", WHEN)
    assert one.modified_at == datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_a_changed_date_helps_to_judge_age_but_is_no_date_of_publication() -> None:
    [one] = sitemap(
        f"{URLSET}<url><loc>https://blatt.example/1</loc><lastmod>2026-03-01T08:00:00Z</lastmod></url></urlset>"
    ).entries
    assert (one.published_at, one.modified_at, one.dated) == (None, WHEN, WHEN)


def test_the_address_of_an_image_is_not_taken_for_the_page() -> None:
    image = "<image:image xmlns:image='i'><image:loc>https://blatt.example/1.jpg</image:loc><image:title>Bild</image:title></image:image>"
    [one] = sitemap(NEWS.replace("<lastmod>", f"{image}<lastmod>")).entries
    assert (one.url, one.title) == ("https://blatt.example/1", "Ein Titel")


def test_an_index_gives_further_sitemaps() -> None:
    found = sitemap(INDEX)
    assert [one.url for one in found.children] == ["https://blatt.example/a.xml", "https://blatt.example/maps/b.xml.gz"]
    assert found.children[0].dated == datetime(2026, 3, 1, tzinfo=UTC)
    assert (found.entries, found.flaw) == ((), "")


@pytest.mark.parametrize("body", [NEWS, INDEX])
def test_a_packed_sitemap_gives_what_the_plain_one_gives(body: str) -> None:
    assert sitemap(gzip.compress(body.encode())) == sitemap(body)


def test_a_packed_sitemap_that_grows_without_end_is_named() -> None:
    assert issue_of(ChannelKind.SITEMAP, gzip.compress(URLSET.encode() + b" " * (65 << 20))) == "too-large"


def test_a_plain_list_and_a_robots_txt_are_sitemaps_too() -> None:
    assert links(sitemap("https://blatt.example/1\r\nhttps://blatt.example/2\n")) == [
        "https://blatt.example/1",
        "https://blatt.example/2",
    ]
    robots = sitemap("User-agent: *\nDisallow: /x\nsitemap:/a.xml\nSitemap: https://blatt.example/b.xml # news\n")
    assert [one.url for one in robots.children] == ["https://blatt.example/a.xml", "https://blatt.example/b.xml"]


@pytest.mark.parametrize("body", [RSS_20, ATOM])
def test_a_feed_in_the_place_of_a_sitemap_is_read_as_a_feed(body: str) -> None:
    assert links(sitemap(body)) == ["https://blatt.example/1"]


def test_wrong_namespaces_and_a_missing_end_cost_no_entry() -> None:
    assert links(sitemap(NEWS.replace("www.sitemaps.org", "www.google.com"))) == ["https://blatt.example/1"]
    cut = sitemap(NEWS.removesuffix("</urlset>"))
    assert (links(cut), cut.flaw) == (["https://blatt.example/1"], "damaged-feed")


def test_entities_of_a_hostile_sitemap_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://secret.example/", encoding="utf-8")
    body = f'<!DOCTYPE u [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{URLSET}<url><loc>&x;</loc></url></urlset>'
    assert links(sitemap(body)) == []


# -- laws


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"<rss>", b"<urlset>", b"{", b"<?xml version='1.0'?><feed>", b"\x1f\x8b\x08"]),
)
@settings(max_examples=150)
def test_no_body_whatever_breaks_the_reading(noise: bytes, start: bytes) -> None:
    for kind in (ChannelKind.FEED, ChannelKind.SITEMAP):
        found = attempt(kind, start + noise)
        if isinstance(found, str):
            assert found in {"empty-body", "html-instead-of-feed", "not-a-feed"}
        else:
            assert found.entries or found.children or found.flaw
            assert all(is_web(entry.url) for entry in (*found.entries, *found.children))


def attempt(kind: ChannelKind, body: bytes) -> Listing | str:
    """What ``body`` lists, or the name of the issue."""
    try:
        return discovery.read(factory.channel(url=FEED, kind=kind), body, FEED)
    except ChannelUnreadableError as error:
        return error.what


@given(st.integers(0, len(RSS_20)), st.integers(0, len(RSS_20)), st.text(max_size=5))
@settings(max_examples=100)
def test_a_damaged_feed_never_breaks_the_reading(start: int, end: int, noise: str) -> None:
    found = attempt(ChannelKind.FEED, (RSS_20[:start] + noise + RSS_20[end:]).encode(errors="replace"))
    assert isinstance(found, str) or all(is_web(entry.url) for entry in found.entries)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-01T08:00:00Z", WHEN),
        ("2026-03-01T10:00:00+02:00", WHEN),
        ("Sun, 01 Mar 2026 08:00:00 GMT", WHEN),
        ("Sun, 01 Mar 2026 03:00:00 EST", WHEN),
        ("2026-03-01 08:00", WHEN),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1 марта 2026, 08:00", WHEN),
        ("", None),
        (None, None),
        ("soon after never", None),
        ("Sun, 99 Mar 2026 08:00:00 GMT", None),
    ],
)
def test_a_time_is_read_in_every_common_form_and_without_zone_as_utc(text: str | None, wanted: datetime | None) -> None:
    assert parse_time(text) == wanted
