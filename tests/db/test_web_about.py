"""The page on the site itself tells what the database holds, figures as they were measured, and how to cite."""

import html
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import topics
from db.store import Store
from db.web import about, names
from db.web.serve import create_app
from db.web.sharing import Sharing
from tests.db.web_browser import Visitor
from tests.db.web_pages import build_told
from tests.db.web_world import World, build

FIGURES = [figure for part in about.quality() for figure in part.figures]
TERMS = """
UPDATE sources SET terms = 'CC BY 4.0 <b>', full_text = 1 WHERE id = 'lv/gulbis';
UPDATE sources SET enabled = 0 WHERE id = (SELECT min(id) FROM sources);
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build_told(tmp_path_factory.mktemp("about"))
    with sqlite3.connect(found.db) as connection:
        connection.executescript(TERMS)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def text_of(page: str) -> str:
    """A page without its tags, in single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def tables(root: Path, document: str) -> dict[str, list[dict[str, str]]]:
    """The tables of a document: by heading, its rows by the names of their columns."""
    found: dict[str, list[dict[str, str]]] = {}
    heading = ""
    columns: list[str] = []
    for line in (root / "docs" / f"{document}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, columns = line[3:], []
        elif line.startswith("|") and not columns:
            columns = cells(line)
        elif line.startswith("|") and not line.startswith("|---"):
            found.setdefault(heading, []).append(dict(zip(columns, cells(line), strict=True)))
    return found


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: "/".join((figure.section, *figure.row, figure.column)))
def test_every_figure_stands_so_in_the_documents(root: Path, figure: about.Figure) -> None:
    rows = tables(root, figure.document)[figure.section]
    [row] = [row for row in rows if tuple(row.values())[: len(figure.row)] == figure.row]
    assert row[figure.column] == figure.value


def test_a_figure_that_differs_from_the_documents_would_be_noticed(root: Path) -> None:
    rows = tables(root, "quality")["Facts"]
    assert {"own figures", "shared texts"} <= {row["set"] for row in rows}
    assert all(re.fullmatch(r"[01]\.\d{3}", row["recall"]) for row in rows)


def test_the_labelled_sets_are_as_large_as_the_page_says(shared: Path) -> None:
    for name, told in (("relevance_pages", "521"), ("relevance_feed_items", "623")):
        lines = (shared / "corpus" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        labels = [match[1] for line in lines if (match := re.search(r'"label": "(relevant|not)"', line))]
        [basis] = [figure.basis for figure in FIGURES if figure.row == (name,) and figure.column == "P / R / F1"]
        assert (str(len(labels)), str(labels.count("relevant"))) == tuple(re.findall(r"\d+", basis))
        assert basis.startswith(told)


def test_every_figure_is_on_the_page(visitor: Visitor) -> None:
    page = text_of(visitor.page("/about"))
    for figure in FIGURES:
        assert figure.what in page
        assert figure.value in page
    assert "93 of 100 figures are found" in page
    assert f"Pages from {topics.load().keep} on are kept" in page


def test_the_page_counts_what_is_watched(visitor: Visitor, world: World) -> None:
    page = text_of(visitor.page("/about"))
    with sqlite3.connect(world.db) as connection:
        [(sources, channels)] = connection.execute(
            "SELECT count(DISTINCT sources.id), count(*) FROM channels JOIN sources ON sources.id = source "
            "WHERE enabled = 1 AND watched = 1"
        )
        kinds = connection.execute(
            "SELECT country, count(*) FROM sources WHERE enabled = 1 AND watched = 1 GROUP BY 1"
        ).fetchall()
    assert f"{sources} sources are asked through {channels} channels; 1 more stand on the list" in page
    for country, count in kinds:
        assert f"{names.country(country)} {count}" in page
    assert "20 reports in" in page


def test_the_examples_cite_the_newest_report_its_capture_and_the_day(visitor: Visitor, world: World) -> None:
    page = text_of(visitor.page("/about"))
    with sqlite3.connect(world.db) as connection:
        [(number, title, url, sha256)] = connection.execute(
            "SELECT id, title, canonical_url, sha256 FROM articles ORDER BY id DESC LIMIT 1"
        )
    today = names.day(datetime.now(UTC).isoformat())
    assert f"“{title}”" in page
    assert f"{url}. Captured " in page
    assert f"SHA-256 {sha256}. Deserters, report {number}, http://localhost/report/{number} (accessed {today})." in page
    assert "story 1: 3 reports from 2 independent origins" in page
    assert f"http://localhost/report/{number}#at-0 (accessed {today})" in page


def test_terms_of_sources_are_told_as_text(visitor: Visitor) -> None:
    page = visitor.page("/about")
    assert "<bdi>CC BY 4.0 &lt;b&gt;</bdi>" in page
    assert "nobody has noted the terms yet" in page


def test_every_link_of_the_page_leads_somewhere(visitor: Visitor) -> None:
    page = visitor.page("/about")
    anchors = set(re.findall(r' id="([^"]+)"', page))
    for link in set(re.findall(r'href="([^"]+)"', page)):
        if link.startswith("#"):
            assert link[1:] in anchors
        elif link.startswith("/") and not link.startswith(("/places", "/sources", "/search")):
            assert visitor.get(html.unescape(link)).status_code == 200, link


def test_strangers_are_told_that_sql_and_the_file_are_not_for_them(world: World) -> None:
    with Visitor(world.db, world.archive, local=False) as stranger:
        page = stranger.page("/about")
    assert "deserters.db" not in page
    assert "Not on this site" in page


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("https://desk.example/write", 'href="https://desk.example/write" rel="noopener noreferrer nofollow"'),
        ("desk@example.org", "write to <bdi>desk@example.org</bdi>"),
        ("javascript:alert(1)", "write to <bdi>javascript:alert(1)</bdi>"),
        ("", "write to the people who run this site"),
    ],
)
def test_who_wants_something_removed_is_told_whom_to_write_to(world: World, contact: str, shown: str) -> None:
    with Visitor(world.db, world.archive) as visitor:
        visitor.site = create_app(world.db, world.archive, sharing=Sharing(contact=contact))
        assert shown in visitor.page("/about")


def test_an_empty_watch_has_the_page_too(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db", holder="tests"):
        pass
    with Visitor(tmp_path / "empty.db", tmp_path) as visitor:
        page = text_of(visitor.page("/about"))
    assert "No report has been found yet" in page
    assert "Examples stand here as soon as there is a report" in page


def test_reports_without_story_figure_or_date_can_be_cited(tmp_path: Path) -> None:
    world = build(tmp_path)
    with sqlite3.connect(world.db) as connection:
        connection.execute("UPDATE articles SET published_at = NULL")
    with Visitor(world.db, world.archive) as visitor:
        assert "no date, first seen" in visitor.page("/about")
