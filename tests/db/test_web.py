"""The site shows what the database holds, as it holds it, and reads well."""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from db.archive import ArchiveWriter, captures
from db.store import Store
from tests.db.web_browser import Visitor
from tests.db.web_pages import PAGES, build_told
from tests.db.web_world import NOW, World, analysis, build, keep, samples


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_told(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def number_of(visitor: Visitor, title: str) -> int:
    return next(int(row["id"]) for row in visitor.rows("/deserters/reports.json?_size=100") if row["title"] == title)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_and_has_one_headline(visitor: Visitor, path: str) -> None:
    page = visitor.page(path)
    assert page.count("<h1") == 1
    assert "<script" not in page
    assert " style=" not in page


def test_the_home_page_counts_and_shows_the_newest_ten(visitor: Visitor) -> None:
    page = visitor.page("/")
    assert page.count('<article class="card">') == 10
    assert f"All {len(samples())} reports" in page
    assert "Last <a" in page
    assert "8 sources in trouble</a>" in page
    assert "Суд в Самаре дал дезертиру шесть лет колонии" in page


def test_a_report_reads_like_an_article(visitor: Visitor) -> None:
    number = number_of(visitor, "Norway gives asylum to a Russian sergeant who walked across the border at night")
    page = visitor.page(f"/report/{number}")
    assert page.count("<p>") >= 4
    assert "By <bdi>Ingrid Solberg</bdi>, <bdi>T. Aas</bdi>" in page
    assert '<mark class="role role-shelter" title="asylum">asylum</mark>' in page
    assert '<mark class="role role-act" title="refusal">refused an order</mark>' in page
    assert "Deserting or a deserter in the title." in page
    assert "as the feed or sitemap gave it" in page
    assert f'href="/capture/{number}"' in page
    assert page.index("Where this comes from") < page.index("Since the spring")
    assert 'rel="noopener noreferrer nofollow"' in page


def test_the_marks_cover_exactly_what_the_reasons_quote(visitor: Visitor, world: World) -> None:
    with sqlite3.connect(world.db) as connection:
        rows = connection.execute("SELECT id, reasons FROM reports").fetchall()
    for number, stored in rows:
        page = visitor.page(f"/report/{number}")
        marked = re.findall(r'<mark class="role[^"]*" title="[^"]*">([^<]*)</mark>', page)
        quotes = [reason["quote"] for reason in json.loads(stored)]
        assert set(marked) <= set(quotes)
        assert marked


@pytest.mark.parametrize("language", ["ar", "he", "fa"])
def test_scripts_that_run_from_right_to_left_do_so(visitor: Visitor, language: str) -> None:
    row = visitor.rows(f"/deserters/reports.json?language={language}")[0]
    page = visitor.page(f"/report/{row['id']}")
    assert f'<h1 lang="{language}" dir="rtl">' in page
    assert f'<div class="text" lang="{language}" dir="rtl">' in page


def test_the_row_of_an_article_leads_to_its_report(visitor: Visitor) -> None:
    answer = visitor.get("/deserters/articles/3")
    assert (answer.status_code, answer.headers["location"]) == (302, "/report/3")
    assert visitor.rows("/deserters/articles/3.json?_shape=array")


@pytest.mark.parametrize("number", ["999999", "0", "-1", "abc", "9" * 40, "1.5"])
def test_an_unknown_report_is_a_friendly_404(visitor: Visitor, number: str) -> None:
    for path in (f"/report/{number}", f"/capture/{number}", f"/capture/{number}.warc.gz"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert "There is no report with this number" in answer.text


def test_an_unknown_address_is_a_friendly_404(visitor: Visitor) -> None:
    answer = visitor.get("/no/such/page/at/all")
    assert answer.status_code == 404
    assert "There is no page at this address" in answer.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("дезертир", 1), ("deserter", 2), ('"immigration judge"', 1), ("Russian -Norway", 2), ('"', 0), ("() * ^", 0),
        ("庇护", 0), ("Deserteur", 1), ("déserteurs", 1), ("", 20),
    ],
)  # fmt: skip
def test_search_understands_whatever_is_typed(visitor: Visitor, asked: str, found: int) -> None:
    page = visitor.page(f"/deserters/reports?_search={quote(asked)}")
    assert page.count('<article class="card">') >= found
    if asked in ('"', "() * ^"):
        assert "No report has all of these words" in page


def test_new_reports_appear_without_a_restart(tmp_path: Path) -> None:
    world = build(tmp_path)
    with Visitor(world.db, world.archive) as visitor:
        before = len(visitor.rows("/deserters/reports.json?_size=max"))
        with (
            ArchiveWriter(world.archive, software="tests", now=lambda: NOW) as archive,
            Store(world.db, holder="tests") as store,
        ):
            keep(store, analysis(archive, {**samples()[0], "title": "Just in"}, 900, NOW - timedelta(hours=1)))
            assert "Just in" in visitor.page("/")
            assert len(visitor.rows("/deserters/reports.json?_size=max")) == before + 1


def test_a_capture_that_is_unchanged_says_so_and_can_be_taken_along(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page("/capture/1")
    assert "Unchanged." in page
    assert "text/html; charset=utf-8" in page
    assert "alert(1)" not in page
    answer = visitor.get("/capture/1.warc.gz")
    assert answer.headers["content-disposition"] == 'attachment; filename="deserters-report-1.warc.gz"'
    assert answer.headers["content-type"] == "application/gzip"
    (tmp_path / "one.warc.gz").write_bytes(answer.content)
    assert [found.status for found in captures(tmp_path / "one.warc.gz")] == [200]


def test_a_changed_byte_in_the_archive_is_found(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        file, offset = connection.execute("SELECT archive_file, archive_offset FROM reports WHERE id=5").fetchone()
    path = world.archive / file
    data = bytearray(path.read_bytes())
    data[offset + 200] ^= 0xFF
    path.write_bytes(data)
    with Visitor(world.db, world.archive) as visitor:
        page = visitor.page("/capture/5")
        assert "Unchanged." not in page
        assert "Cannot be read." in page or "Not the same." in page
        assert str(world.archive) not in page
        assert visitor.get("/capture/5.warc.gz").status_code == 404
        assert "Unchanged." in visitor.page("/capture/6")


def test_another_page_in_place_of_the_captured_one_is_found(tmp_path: Path) -> None:
    world = build(tmp_path)
    with (
        ArchiveWriter(world.archive, software="tests", now=lambda: NOW) as archive,
        Store(world.db, holder="tests") as store,
    ):
        forged = analysis(archive, {**samples()[0], "title": "Forged"}, 901, NOW)
        keep(store, replace(forged, sha256="0" * 64))
    with Visitor(world.db, world.archive) as visitor:
        page = visitor.page(f"/capture/{number_of(visitor, 'Forged')}")
        assert "Not the same." in page


def test_a_missing_archive_is_told_without_its_path(world: World, tmp_path: Path) -> None:
    with Visitor(world.db, tmp_path / "nowhere") as visitor:
        page = visitor.page("/capture/1")
        assert "Cannot be read." in page
        assert str(tmp_path) not in page


def test_an_empty_watch_has_a_home_page(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", holder="tests"):
        pass
    with Visitor(tmp_path / "empty.db", tmp_path) as visitor:
        assert "No report has been found yet" in visitor.page("/")
        assert "Nothing has run yet" in visitor.page("/")
        assert "No report" in visitor.page("/deserters/reports")


def test_the_whole_database_can_be_taken_along_with_what_is_not_checkpointed(tmp_path: Path) -> None:
    world = build(tmp_path)
    with Visitor(world.db, world.archive) as visitor, Store(world.db, holder="tests") as store:
        store.begin_run("backfill", NOW)
        answer = visitor.get("/deserters.db")
        (tmp_path / "copy.db").write_bytes(answer.content)
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM runs").fetchone() == (2,)
        assert copy.execute("SELECT count(*) FROM reports").fetchone() == (len(samples()),)
