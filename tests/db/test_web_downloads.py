"""Rows can be taken along as files, all of them, and a file that is cut says so in every way it can."""

import csv
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest

from db.web.downloads import Limits, Query, Reading, links
from db.web.tabular import KINDS as KINDS_OF_FILES
from db.web.tabular import MOST_SHEET_ROWS
from tests.db.web_browser import Visitor
from tests.db.web_pages import build_told
from tests.db.web_world import World

KINDS = ("csv", "ndjson", "json", "xlsx")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NUMBERS = "with recursive c(x) as (select 1 union all select x + 1 from c) select x from c"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_told(tmp_path_factory.mktemp("downloads"), rounds=6)


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def taken(visitor: Visitor, path: str) -> httpx.Response:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text[:400]
    return answer


def address(path: str, kind: str) -> str:
    """The address of a whole file of the rows at ``path``."""
    return next(each.href for each in links(path) if f".{kind}" in each.href)


def cells(content: bytes, sheet: int) -> list[dict[str, str]]:
    """A sheet's rows, each cell by its column, and ``f`` where a cell is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        shared = [
            "".join(part.text or "" for part in item.iter(f"{SHEET}t"))
            for item in ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314  # our own file
        ] if "xl/sharedStrings.xml" in book.namelist() else []  # fmt: skip
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314  # as above
    found = []
    for row in root.iter(f"{SHEET}row"):
        told = {}
        for cell in row.iter(f"{SHEET}c"):
            assert cell.find(f"{SHEET}f") is None
            text = "".join(part.text or "" for part in cell.iter() if part.tag in (f"{SHEET}v", f"{SHEET}t"))
            column = re.sub(r"\d", "", cell.attrib["r"])
            told[column] = shared[int(text)] if cell.attrib.get("t") == "s" else text
        found.append(told)
    return found


def read(content: bytes, kind: str) -> tuple[list[dict[str, Any]], str]:
    """The rows of a file and what it says of being cut."""
    if kind == "csv":
        told = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
        cut = next(iter(told[-1].values())) if told and str(next(iter(told[-1].values()))).startswith("CUT: ") else ""
        return told[:-1] if cut else told, cut.removeprefix("CUT: ")
    if kind == "ndjson":
        objects = [json.loads(line) for line in content.decode().splitlines()]
        cut = objects[-1].get("_cut", "") if objects else ""
        return objects[:-1] if cut else objects, cut
    if kind == "json":
        whole = json.loads(content)
        assert whole["count"] == len(whole["rows"])
        assert whole["truncated"] == bool(whole["cut"])
        return whole["rows"], whole["cut"] or ""
    head, *rows = cells(content, 1)
    cut = rows[-1]["A"].removeprefix("CUT: ") if rows and rows[-1].get("A", "").startswith("CUT: ") else ""
    return [{head[at]: text for at, text in row.items()} for row in (rows[:-1] if cut else rows)], cut


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_has_every_row_of_a_view_and_not_one_page(visitor: Visitor, world: World, kind: str) -> None:
    with closing(sqlite3.connect(world.db)) as connection:
        known = [str(row[0]) for row in connection.execute("SELECT id FROM reports ORDER BY id DESC")]
    assert len(known) > 100  # three pages and more
    answer = taken(visitor, address("/deserters/reports?_next=30&_size=5&_facet=source", kind))
    rows, cut = read(answer.content, kind)
    assert [str(row["id"]) for row in rows] == known
    assert cut == ""
    assert answer.headers["x-deserters-rows"] == str(len(known))
    assert "x-deserters-cut" not in answer.headers
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"] == f'attachment; filename="deserters-reports.{kind}"'


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_and_a_filter_are_those_of_the_page(visitor: Visitor, kind: str) -> None:
    path = "/deserters/reports?_search=asylum&language=en&_sort=title"
    shown = [row["title"] for row in visitor.rows(path.replace("reports?", "reports.json?") + "&_size=max")]
    rows, _ = read(taken(visitor, address(path, kind)).content, kind)
    assert [row["title"] for row in rows] == shown
    assert 0 < len(rows) < 60


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/deserters/reports", "/deserters/pages", "/deserters/by_source"])
def test_a_file_that_is_cut_says_so_in_itself_in_its_name_and_in_a_header(
    visitor: Visitor, path: str, kind: str
) -> None:
    visitor.site.limits = replace(visitor.site.limits, rows=3)
    answer = taken(visitor, address(path, kind))
    rows, cut = read(answer.content, kind)
    assert len(rows) == 3
    assert cut.startswith("only the first 3 rows; a file holds no more")
    assert answer.headers["x-deserters-cut"] == cut
    assert f'-CUT-first-3-rows.{kind}"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_exactly_as_many_rows_as_it_may_have_is_not_cut(visitor: Visitor, kind: str) -> None:
    count = len(visitor.rows("/deserters/sources.json?_size=max"))
    visitor.site.limits = replace(visitor.site.limits, rows=count)
    rows, cut = read(taken(visitor, address("/deserters/sources", kind)).content, kind)
    assert (len(rows), cut) == (count, "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_would_be_too_large_is_cut_and_says_so(visitor: Visitor, kind: str) -> None:
    visitor.site.limits = Limits(rows=10_000_000, bytes=50_000)
    rows, cut = read(taken(visitor, f"/deserters.{kind}?sql={quote(NUMBERS)}&_stream=on").content, kind)
    assert 1_000 < len(rows) < 100_000
    assert [int(row["x"]) for row in rows] == list(range(1, len(rows) + 1))
    assert cut == f"only the first {len(rows):,} rows; a file takes no more than about 0 MB"


def test_a_sheet_never_gets_more_rows_than_it_can_hold(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS_OF_FILES, "xlsx", replace(KINDS_OF_FILES["xlsx"], most_rows=50))
    rows, cut = read(taken(visitor, "/deserters/reports.xlsx").content, "xlsx")
    assert (len(rows), cut.startswith("only the first 50 rows")) == (50, True)
    assert MOST_SHEET_ROWS + 2 == 2**20


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json"])
def test_a_file_that_takes_too_long_is_cut_and_says_so(visitor: Visitor, kind: str) -> None:
    visitor.site.limits = Limits(rows=10_000_000, seconds=0.5)
    rows, cut = read(taken(visitor, f"/deserters.{kind}?sql={quote(NUMBERS)}&_stream=on").content, kind)
    assert 0 < len(rows) < 10_000_000
    assert cut == f"only the first {len(rows):,} rows; the rest took longer than 0.5 seconds to read"


def test_an_error_in_the_middle_gives_no_file_at_all(visitor: Visitor) -> None:
    sql = f"select case when x = 4000 then json('{{') else x end from ({NUMBERS}) limit 5000"
    answer = visitor.get(f"/deserters.csv?sql={quote(sql)}&_stream=on")
    assert answer.status_code == 400
    assert "malformed JSON" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_question_that_asks_for_no_more_than_some_rows_says_so_where_it_gives_as_many(visitor: Visitor) -> None:
    told = "only the first 2 rows; the question itself asks for no more"
    cut = taken(visitor, f"/deserters.csv?sql={quote('select id from reports LIMIT 2')}")
    assert read(cut.content, "csv")[1] == told
    whole = taken(visitor, f"/deserters.csv?sql={quote('select id from reports where id < 3 LIMIT 5')}")
    assert read(whole.content, "csv")[1] == ""


def test_who_asks_for_some_rows_is_told_that_there_are_more(visitor: Visitor) -> None:
    answer = taken(visitor, "/deserters/reports.csv?_size=4")
    rows, cut = read(answer.content, "csv")
    assert (len(rows), cut) == (4, "only the first 4 rows; no more were asked for")


def test_a_page_of_json_says_in_a_header_that_it_is_one_of_several(visitor: Visitor) -> None:
    page = taken(visitor, "/deserters/reports.json?_shape=array&_size=5")
    assert "one page" in page.headers["x-deserters-cut"]
    assert page.headers["link"].endswith('rel="next"')
    many = taken(visitor, f"/deserters.json?sql={quote(NUMBERS + ' limit 1500')}&_shape=array")
    assert many.headers["x-deserters-cut"].startswith("only the first 1,000 rows")
    assert "x-deserters-cut" not in taken(visitor, "/deserters/sources.json?_size=max").headers


def test_rows_come_from_one_state_of_the_database_while_another_process_writes(tmp_path: Path) -> None:
    world = build_told(tmp_path, rounds=30)
    with closing(sqlite3.connect(f"{world.db.as_uri()}?mode=ro", uri=True)) as connection:
        before = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        query = Query(sql="SELECT id FROM articles ORDER BY id", values={}, columns=("id",))
        reading = Reading(connection, query, Limits())
        rows = reading.some()
        with closing(sqlite3.connect(world.db)) as writer:
            writer.execute("DELETE FROM articles WHERE id > 550")
            writer.commit()
        while more := reading.some():
            rows += more
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 550
    assert before > 550
    assert len(rows) == before == reading.rows


def test_no_text_of_a_spreadsheet_is_a_formula_or_a_link(visitor: Visitor) -> None:
    sql = "select '=1+1' a, '+1' b, '-1' c, '@x' d, 'https://x.example' e, '1' f, 7 g, 1.5 h, 9007199254740993 i"
    answer = taken(visitor, f"/deserters.xlsx?sql={quote(sql)}")
    row = cells(answer.content, 1)[1]
    assert list(row.values()) == ["=1+1", "+1", "-1", "@x", "https://x.example", "1", "7", "1.5", "9007199254740993"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sheet.count('t="inlineStr"') + sheet.count('t="s"') == 9 + 7  # headings, and every text
    assert 'state="frozen"' in sheet


def test_the_second_sheet_says_what_the_rows_are(visitor: Visitor) -> None:
    answer = taken(visitor, "/deserters/figures.xlsx?type=deserters&_size=2")
    told = {row.get("A", ""): row.get("B", "") for row in cells(answer.content, 2)}
    assert told["What this is"].startswith("Figures. ")
    assert told["Address"] == "http://localhost/deserters/figures.xlsx?type=deserters&_size=2"
    assert told["Whole"].startswith("No. CUT: only the first 2 rows")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", told["Made at"])
    assert "belong to their publishers" in told["Terms"]
    columns = visitor.get("/deserters/figures.json?_size=0").json()["columns"]
    assert all(told[name] for name in columns)


def test_a_text_longer_than_a_cell_holds_is_said_to_be_cut(visitor: Visitor) -> None:
    sql = "select replace(hex(zeroblob(20000)), '00', 'ab') as text"
    answer = taken(visitor, f"/deserters.xlsx?sql={quote(sql)}")
    assert len(cells(answer.content, 1)[1]["A"]) == 32_767
    assert "1 texts are longer" in {row.get("A"): row.get("B", "") for row in cells(answer.content, 2)}["Long texts"]


def test_labels_stand_beside_their_keys_where_they_are_asked_for(visitor: Visitor) -> None:
    rows, _ = read(taken(visitor, "/deserters/channels.csv?_labels=on").content, "csv")
    named = {row["source"]: row["source_label"] for row in rows}
    known = {row["id"]: row["name"] for row in visitor.rows("/deserters/sources.json?_size=max")}
    assert named == {source: known[source] for source in named}


def test_one_row_can_be_taken_too(visitor: Visitor) -> None:
    for kind in ("ndjson", "xlsx"):
        rows, _ = read(taken(visitor, f"/deserters/stories/1.{kind}").content, kind)
        assert [str(row["id"]) for row in rows] == ["1"]


@pytest.mark.parametrize(
    "page", ["/stories", "/figures", "/figures?type=deserters&territory=ru", "/deserters/reports?_search=asylum",
             "/deserters/by_source", "/deserters?sql=select+1", "/story/1"]
)  # fmt: skip
def test_every_list_leads_to_files_of_its_rows(visitor: Visitor, page: str) -> None:
    found = re.findall(r'<p class="downloads small">(.*?)</p>', visitor.page(page), re.DOTALL)
    hrefs = [unescape(href) for part in found for href in re.findall(r'href="([^"]+)"', part)]
    assert {re.sub(r"^.*\.(\w+)(\?.*)?$", r"\1", href.split("?")[0]) for href in hrefs} >= set(KINDS)
    for href in hrefs:
        kind = href.split("?")[0].rpartition(".")[2]
        rows, cut = read(taken(visitor, href).content, kind)
        assert rows
        assert cut == ""


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_can_be_taken_than_can_be_seen(world: World, visitor: Visitor, kind: str) -> None:
    asked = f"/deserters.{kind}?sql=select+1&_stream=on"
    with Visitor(world.db, world.archive, local=False) as stranger:
        assert stranger.get(asked).status_code == 403
        assert stranger.get(f"/deserters/reports.{kind}?_where=1%3D1&_stream=on").status_code in (400, 403)
        assert stranger.get(f"/deserters/reports.{kind}?_stream=on").status_code == 200
    assert visitor.get(asked).status_code == 200
    assert visitor.get(f"/deserters/nothing.{kind}").status_code == 404
    assert visitor.get(f"/deserters.{kind}?sql=delete+from+articles&_stream=on").status_code == 400


def test_nothing_is_left_on_the_disk(visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for kind in KINDS:
        taken(visitor, address("/deserters/reports", kind))
        visitor.get(f"/deserters.{kind}?sql=selct+1&_stream=on")
    visitor.get(f"/deserters.csv?sql={quote('select json(char(123))')}")
    assert list(tmp_path.iterdir()) == []


def test_links_drop_what_belongs_to_one_page_of_the_list() -> None:
    found = {each.label: each.href for each in links("/deserters/reports?_next=9&_size=5&_facet=a&language=ru&x=a%26b")}
    assert found == {
        "CSV": "/deserters/reports.csv?language=ru&x=a%26b",
        "JSON": "/deserters/reports.json?language=ru&x=a%26b&_stream=on",
        "NDJSON": "/deserters/reports.ndjson?language=ru&x=a%26b",
        "spreadsheet": "/deserters/reports.xlsx?language=ru&x=a%26b",
    }
    assert links("/deserters/reports")[0].href == "/deserters/reports.csv"
