"""Ready-made questions are explained, take what they are asked with, and lead to reports; every column has its line."""

import html
import re
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from db.web import dictionary, glossary, metadata
from tests.db.web_browser import Visitor
from tests.db.web_pages import build_told
from tests.db.web_world import World

QUESTIONS = metadata.queries(metadata.load())
ON_REPORTS = [name for name, query in QUESTIONS.items() if not query.get("about")]
SHOWN = [name for name, told in metadata.tables(metadata.load()).items() if not told.get("hidden")]
ASKED = {"words": "asylum", "days": "36500"}
TODAY = """
UPDATE articles SET first_seen = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') WHERE id = 1;
INSERT INTO runs (kind, started_at, outcome) VALUES ('crawl', '2026', 'done');
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build_told(tmp_path_factory.mktemp("questions"))
    with sqlite3.connect(found.db) as connection:
        connection.executescript(TODAY)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def address(name: str, ending: str = "", **asked: str) -> str:
    """Where a question stands, asked with ``asked`` or, where nothing is said, with what finds something."""
    values = {field: ASKED.get(field, "") for field in QUESTIONS[name].get("params", ())} | asked
    return f"/deserters/{name}{ending}" + (f"?{urlencode(values)}" if values else "")


def lines(page: str) -> dict[str, str]:
    """The glossary of a page: column and line."""
    found = re.findall(r"<dl class=\"glossary\">.*?</dl>", page, re.DOTALL)
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html.unescape("".join(found))))


def columns(visitor: Visitor, path: str) -> list[str]:
    answer: dict[str, Any] = visitor.get(path).json()
    return list(answer["columns"])


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_explained_and_has_an_answer(visitor: Visitor, name: str) -> None:
    page = html.unescape(visitor.page(address(name)))
    assert f"<h1>{QUESTIONS[name]['title']}</h1>" in page
    assert QUESTIONS[name]["description"].strip() in page
    assert visitor.rows(address(name, ".json"))
    assert visitor.get(address(name, ".csv")).text.count("\n") > 1


def test_there_are_ten_questions_on_reports_and_every_row_leads_to_its_report_story_or_source(visitor: Visitor) -> None:
    assert len(ON_REPORTS) >= 10
    for name in ON_REPORTS:
        row = visitor.rows(address(name, ".json"))[0]
        assert {"report", "story"} & set(row), name
        page = visitor.page(address(name))
        if row.get("report"):
            assert f'<a href="/report/{row["report"]}' in page, name
        if row.get("story"):
            assert f'<a href="/story/{row["story"]}"' in page, name


@pytest.mark.parametrize("name", [name for name, query in QUESTIONS.items() if query.get("params")])
def test_every_field_of_a_form_says_what_it_is_for(visitor: Visitor, name: str) -> None:
    page = visitor.page(address(name))
    assert set(QUESTIONS[name]["asked"]) == set(QUESTIONS[name]["params"])
    for number, field in enumerate(QUESTIONS[name]["params"], 1):
        told = QUESTIONS[name]["asked"][field]
        assert f'<label for="asked-{number}">{told["label"]}</label>' in page
        assert re.search(rf'<(?:select|input) id="asked-{number}"[^>]* aria-describedby="hint-{number}"', page)
        assert told["hint"] in html.unescape(page)


def test_a_country_is_chosen_from_those_that_are_there(visitor: Visitor) -> None:
    everything = visitor.rows(address("decisions_of_a_country", ".json"))
    assert {row["country"] for row in everything} == {"fi", "kz"}
    page = visitor.page(address("decisions_of_a_country", country="kz"))
    assert '<option value="kz" selected>Kazakhstan</option>' in page
    assert '<option value="fi">Finland</option>' in page
    assert "decisions_of_a_country.csv?country=kz" in page
    assert {row["country"] for row in visitor.rows(address("decisions_of_a_country", ".json", country="KZ"))} == {"kz"}
    assert visitor.rows(address("decisions_of_a_country", ".json", country="is")) == []


def test_what_is_typed_into_an_address_stays_text(visitor: Visitor) -> None:
    page = visitor.page(address("asylum_granted", country='"><script>alert(1)</script>'))
    assert "<script" not in page
    assert '<option value="&#34;&gt;&lt;script&gt;' in page
    for days in ("-5", "x", "9" * 30):
        assert visitor.get(address("most_cited", days=days)).status_code == 200


def test_copies_are_left_out_where_a_question_says_so(visitor: Visitor) -> None:
    granted = {row["report"] for row in visitor.rows(address("asylum_granted", ".json"))}
    assert 1 in granted
    assert 2 not in granted
    assert [row["report"] for row in visitor.rows(address("sent_back", ".json"))] == [4]
    months = visitor.rows(address("reports_per_month", ".json"))
    assert sum(row["copies"] for row in months) == 1
    assert sum(row["reports"] for row in months) == sum(row["originals"] + row["copies"] for row in months)


def test_a_figure_that_two_originals_give_is_told_with_its_voices(visitor: Visitor) -> None:
    [row] = visitor.rows(address("confirmed_figures", ".json"))
    assert (row["story"], row["originals"], row["reports"], row["voices"]) == (1, 2, 3, 1)
    assert row["said_by"] == "Mediazona"


def test_a_row_with_a_quote_leads_to_its_place_in_the_text(visitor: Visitor) -> None:
    assert '<a href="/report/4#at-0"' in visitor.page(address("decisions_of_a_country", country="kz"))
    assert "#at-0" in visitor.page("/deserters/figures")


@pytest.mark.parametrize("name", SHOWN)
def test_every_column_of_every_table_and_view_has_a_line_above_it(visitor: Visitor, name: str) -> None:
    page = visitor.page(f"/deserters/{name}?_size=1")
    told = lines(page)
    assert set(told) >= set(columns(visitor, f"/deserters/{name}.json?_size=1"))
    assert "<summary>What the columns mean</summary>" in page
    assert all(told.values())
    if '<table class="grid">' in page:
        assert page.index("What the columns mean") < page.index('<table class="grid">')


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_column_of_every_question_has_a_line_above_it(visitor: Visitor, name: str) -> None:
    told = lines(visitor.page(address(name)))
    assert list(told) == columns(visitor, address(name, ".json"))
    assert all(told.values())


@pytest.mark.parametrize("path", ["/deserters/runs/1", "/deserters/stories/1", "/deserters/sources/lv~2Fgulbis"])
def test_every_value_of_a_row_has_its_line_beside_it(visitor: Visitor, path: str) -> None:
    page = visitor.page(path)
    found = re.findall(r"<dt>(.*?)</dt><dd>.*?</dd>", page, re.DOTALL)
    assert len(found) > 5
    assert page.count('<span class="soft">') >= len(found)


def test_sql_of_ones_own_has_the_lines_of_the_tables_that_it_names(visitor: Visitor) -> None:
    told = lines(visitor.page("/deserters?sql=select+id,+1+as+one+from+runs"))
    assert told == {"id": "Number of the run."}


def test_a_line_of_the_question_comes_before_that_of_its_tables() -> None:
    told = {
        "tables": {"a": {"columns": {"x": "of a", "y": "y of a"}}},
        "computed_columns": {"x": "common", "n": "number"},
    }
    sql = 'SELECT x, y, count(*) AS n, z FROM "a" JOIN b USING (x)'
    found = glossary.of_query(told, sql, ["x", "y", "n", "z"], {"x": "own"})
    assert found == {"x": "own", "y": "y of a", "n": "number"}
    assert glossary.of_table(told, "a", ["y", "z"]) == {"y": "y of a"}


def test_the_dictionary_tells_fields_and_columns_of_questions() -> None:
    made = dictionary.document()
    assert "  - asked with `country`: " in made
    assert "  - `voices`: " in made
    assert "| `said_by` | " in made
