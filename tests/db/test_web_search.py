"""The search page: what is found, marked, narrowed and explained; and its feeds, which feed readers understand."""

import json
import re
import sqlite3
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from jsonschema import Draft7Validator
from lxml import etree
from reader import make_reader

from db.web.search import SHOWN, address, without
from tests.db.web_browser import Visitor, serving
from tests.db.web_world import World, build, samples

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def headlines(page: str) -> list[str]:
    return [
        re.sub("<[^>]+>", "", found)
        for found in re.findall(r'<h2 class="card-title"[^>]*><a[^>]*>(.*?)</a></h2>', page, re.DOTALL)
    ]


def count(page: str) -> str:
    return str(re.findall(r'class="search-count"><strong>([^<]*)<', page)[0])


def test_a_search_for_nothing_shows_the_newest_reports_and_leads_on(visitor: Visitor) -> None:
    page = visitor.page("/search")
    assert count(page) == f"{len(samples())} reports"
    assert len(headlines(page)) == SHOWN
    seen = headlines(page)
    following = re.findall(r'<a class="button" href="(/search\?[^"]*)"', page)
    while following:
        page = visitor.page(following[0].replace("&amp;", "&"))
        seen += headlines(page)
        following = re.findall(r'<a class="button" href="(/search\?[^"]*)"', page)
    assert len(seen) == len(set(seen)) == len(samples())


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_both_orders_find_the_same_reports(visitor: Visitor, sort: str) -> None:
    page = visitor.page(f"/search?q=asylum&sort={sort}")
    assert sorted(headlines(page)) == sorted(headlines(visitor.page("/search?q=asylum")))
    assert headlines(page)


def test_any_form_of_a_russian_word_finds_it_and_is_marked(visitor: Visitor) -> None:
    for typed in ("дезертир", "дезертирами", "ДЕЗЕРТИРУ", "dezertiru"):
        page = visitor.page(f"/search?q={quote(typed)}")
        if typed != "dezertiru":
            assert "Суд в Самаре дал дезертиру шесть лет колонии" in headlines(page), typed
            assert re.search("<mark[^>]*>дезертиру</mark>", page)


def test_facets_narrow_and_filters_can_be_taken_away(visitor: Visitor) -> None:
    page = visitor.page("/search?q=asylum+OR+deserter+OR+дезертир")
    total = int(count(page).split()[0])
    narrowed = re.findall(r'<a href="(/search\?q=[^"]*lang%3Aen[^"]*)"', page)[0]
    inner = visitor.page(narrowed)
    assert 0 < int(count(inner).split()[0]) < total
    (back,) = re.findall(r'<a class="chip" href="([^"]*)"', inner)
    assert count(visitor.page(back)) == count(page)


def test_every_facet_says_how_many_reports_it_leads_to(visitor: Visitor) -> None:
    page = visitor.page("/search?q=soldier+OR+солдат+OR+дезертир+OR+asylum")
    facets = re.findall(
        r'<li><a href="(/search\?[^"]*)" rel="nofollow"><bdi>[^<]*</bdi></a><span class="count">(\d+)', page
    )
    assert len(facets) > 5
    for path, told in facets:
        assert count(visitor.page(path.replace("&amp;", "&"))).split()[0] == told, path


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("colour:red", "There is no filter “colour:”"), ("lang:x9", "is no language"), ("after:soon", "is no date"),
        ("source:nobody", "No source is called"), ('"', "Two quotation marks"), ("((*", "no letter or digit"),
    ],
)  # fmt: skip
def test_a_bad_search_is_explained_and_never_an_error(visitor: Visitor, typed: str, told: str) -> None:
    page = visitor.page(f"/search?q={quote(typed)}")
    assert told in page


@pytest.mark.parametrize(
    "query",
    ["q=x&after=-1", "q=x&after=9999999999999999999999", "q=x&sort=worst", "q=%00", "q=%ff", "after=abc",
     "q=" + "x" * 3000],
)  # fmt: skip
def test_odd_addresses_are_pages_all_the_same(visitor: Visitor, query: str) -> None:
    assert visitor.get(f"/search?{query}").status_code == 200


def test_the_rows_of_a_search_are_those_of_its_table(visitor: Visitor) -> None:
    for typed in ("asylum -Norway", "дезертир", "lang:en court", '"immigration judge"'):
        rows = visitor.rows(f"/deserters/reports.json?_search={quote(typed)}&_size=100")
        assert {row["title"] for row in rows} == set(headlines(visitor.page(f"/search?q={quote(typed)}")))


def test_the_name_of_a_source_leads_to_it(visitor: Visitor) -> None:
    row = visitor.rows("/deserters/sources.json")[0]
    page = visitor.page(f"/search?q={quote(row['name'])}")
    assert "There is a source of that name" in page


def test_an_address_holds_all_of_a_search() -> None:
    assert address("a b", "best", "20") == "q=a+b&sort=best&after=20"
    assert address("", "newest") == ""
    assert without("asylum lang:en  court", "lang:en") == "asylum court"


# -- feeds


@pytest.mark.parametrize("kind", ["atom", "json"])
def test_feed_readers_are_told_that_nothing_is_new(visitor: Visitor, kind: str) -> None:
    answer = visitor.get(f"/search.{kind}?q=asylum")
    assert answer.status_code == 200
    again = visitor.get(f"/search.{kind}?q=asylum", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_atom_feed_follows_its_standard(visitor: Visitor) -> None:
    for typed in ("", "asylum", "%00nothing"):
        root = etree.fromstring(visitor.get(f"/search.atom?q={typed}").content)
        _is_atom(root)
    assert visitor.get("/search.atom").headers["content-type"] == "application/atom+xml; charset=utf-8"


def _is_atom(root: etree._Element) -> None:
    """RFC 4287: what a feed and its entries must have, once each, and what their values must look like."""
    schema = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
    schema.assertValid(root)
    names = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(names) == len(set(names))


def test_the_json_feed_follows_its_standard(visitor: Visitor) -> None:
    schema = json.loads((Path(__file__).parent / "jsonfeed.json").read_text(encoding="utf-8"))
    answer = visitor.get("/search.json?q=asylum")
    told = answer.json()
    Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).validate(told)
    assert told["items"]
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert len({item["id"] for item in told["items"]}) == len(told["items"])


def test_feedparser_and_reader_read_both_feeds(world: World) -> None:
    with serving(world) as (_, site), make_reader(":memory:") as reader:
        for kind in ("atom", "json"):
            reader.add_feed(f"{site}search.{kind}?q=asylum")
        reader.update_feeds()
        for feed in reader.get_feeds():
            assert feed.last_exception is None
            entries = list(reader.get_entries(feed=feed))
            assert len(entries) == int(count(_page(site)).split()[0])
            assert all(entry.link and entry.link.startswith(f"{site}report/") and entry.title for entry in entries)
        parsed = feedparser.parse(f"{site}search.atom?q=asylum")
        assert not parsed.bozo
        assert all(entry.updated_parsed and entry.summary for entry in parsed.entries)


def _page(site: str) -> str:
    with urllib.request.urlopen(f"{site}search?q=asylum") as answer:  # noqa: S310  # a loopback address of the test
        return str(answer.read().decode())


def test_what_no_xml_may_hold_is_left_out_of_a_feed(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        connection.execute("UPDATE articles SET title = 'A \x01 B \x1f <b> &amp; ]]>' WHERE id = 1")
    with Visitor(world.db, world.archive) as visitor:
        root = etree.fromstring(visitor.get("/search.atom").content)
        titles = [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]
        assert "A  B  <b> &amp; ]]>" in titles
