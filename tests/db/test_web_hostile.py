"""Whatever a scraped page holds, it stays text: on every page, in a real browser, in every file that is given out."""

import csv
import io
import json
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.db.web_browser import Visitor, asked, browsing, complaints, serving, take_the_seat
from tests.db.web_hostile import FIRST, NUMBERS, WORDS, alive, build_hostile
from tests.db.web_pages import PAGES
from tests.db.web_world import World

TABLES = (
    "sources", "issues", "pages", "articles", "texts", "figures", "decisions", "mentions", "citations", "stories",
    "timeline", "story_figures", "revisions", "gaps", "troubles", "messages", "watches", "timetable", "recall",
    "candidates", "series",
)  # fmt: skip
SHOWN = (
    *PAGES,
    *(f"/report/{number}" for number in NUMBERS),
    *(f"/capture/{number}" for number in NUMBERS),
    *(f"/deserters/{table}?_columns=all&_size=100" for table in TABLES),
    "/deserters/sources/zz~2Fh1",
    "/deserters/sources/zz~2Fh7",
    "/deserters/newest_figures",
    "/deserters/most_cited?days=36500",
    "/deserters/changed_reports",
    "/deserters/figure_over_time?type=verdicts",
    "/figures?type=verdicts",
    "/search?q=alert",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/deserters/search?words=%3Cscript%3Ealert",
    "/deserters/reports?_search=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/deserters/reports?source=%3Cscript%3E",
    "/deserters/asylum_granted?country=%22%3E%3Cscript%3E",
    "/deserters?sql=select+'%3Cscript%3E'+as+%22%3Cimg+src=x%3E%22",
    "/stories?before=%3Cscript%3E,9",
    "/figures?territory=%3Cscript%3E",
    "/about",
)
_LIVE = """
const led = [...document.querySelectorAll('a, area, form')].filter(each => each.getAttribute('href') || each.action);
const links = led.map(each => new URL(each.getAttribute('href') ?? each.getAttribute('action'), location).href);
return {
    owned: typeof owned !== 'undefined' || document.title === 'owned',
    scripts: document.querySelectorAll('script, img, iframe, object, embed, base').length,
    handlers: [...document.querySelectorAll('*')].filter(each => [...each.attributes].some(
        one => one.name.startsWith('on') || one.name === 'style')).length,
    links: links.filter(each => !/^https?:/.test(each)),
};
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


@pytest.fixture(scope="module")
def stories(world: World) -> list[int]:
    """The stories that hostile reports are told in."""
    with sqlite3.connect(world.db) as connection:
        found = connection.execute("SELECT DISTINCT story FROM placements WHERE report >= ? ORDER BY 1", [FIRST])
        return [int(number) for (number,) in found]


def test_every_page_is_harmless(visitor: Visitor, stories: list[int]) -> None:
    assert len(stories) > 5
    found = {}
    for path in (*SHOWN, *(f"/story/{number}" for number in stories)):
        answer = visitor.get(path)
        assert answer.status_code in (200, 400, 404), path
        found[path] = list(alive(answer.text))
    assert {path: each for path, each in found.items() if each} == {}


def test_a_page_that_is_not_harmless_is_found() -> None:
    assert list(alive('<a href="javascript:x">')) == ["javascript:x"]
    assert list(alive('<p onclick="x"><script></script><a href="https://a.example/">')) == [
        "script", "onclick", "https://a.example/",
    ]  # fmt: skip
    assert list(alive('<a href="/\\evil.example"><a href="//evil.example"><a href="/report/1">')) == [
        "/\\evil.example", "//evil.example",
    ]  # fmt: skip


def test_nothing_acts_in_a_real_browser(world: World, stories: list[int], tmp_path: Path) -> None:
    with serving(world) as (_, address), browsing(tmp_path) as browser:
        take_the_seat(browser, 390, "light")
        found = {}
        for path in (*SHOWN, *(f"/story/{number}" for number in stories)):
            browser.get(address + path[1:])
            live = browser.execute_script(_LIVE)
            told = [each for each in complaints(browser) if "status of 40" not in each]
            harm = [*live["links"], *told, *(name for name in ("owned", "scripts", "handlers") if live[name])]
            width = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["width"]
            found[path] = harm + ([f"{width} wide"] if width > 390 else [])
        assert {path: each for path, each in found.items() if each} == {}
        assert {url.split("/")[2] for url in asked(browser)} == {address.split("/")[2]}


def test_what_acts_would_be_seen_by_the_browser(tmp_path: Path) -> None:
    with browsing(tmp_path) as browser:
        browser.get(
            "data:text/html,<script>owned=1</script><a href='javascript:x'>x</a><p onclick=x style='color:red'>"
        )
        live: Any = browser.execute_script(_LIVE)
        assert live == {"owned": True, "scripts": 1, "handlers": 1, "links": ["javascript:x"]}


def test_hostile_words_are_shown_as_they_are(visitor: Visitor) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in visitor.page(f"/report/{FIRST}")
    assert "javascript:alert(1)" in visitor.page(f"/report/{FIRST}")
    assert "{{ 7*7 }}" in visitor.page(f"/report/{FIRST + 3}")
    page = visitor.page(f"/report/{FIRST + 8}")
    assert "{{7*7}}${7*7}#{7*7}&lt;%= 7*7 %&gt;" in page
    assert "49" not in page.split('<div class="text"')[1].split("</div>")[0]
    assert "&amp;lt;script&amp;gt;" in visitor.page(f"/report/{FIRST + 11}")


@pytest.mark.parametrize("number", range(len(WORDS)))
def test_a_title_is_the_same_in_json_and_csv(visitor: Visitor, number: int) -> None:
    [row] = visitor.rows(f"/deserters/reports.json?id={FIRST + number}")
    assert (row["title"], row["credit"]) == (WORDS[number], WORDS[number])
    answer = visitor.get(f"/deserters/reports.csv?id={FIRST + number}")
    csv.field_size_limit(1_000_000)
    [read] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert read["title"] == WORDS[number]
    for kind in ("json", "csv", "ndjson", "xlsx"):
        headers = visitor.get(f"/deserters/reports.{kind}?id={FIRST + number}").headers
        assert "html" not in headers["content-type"]
        assert headers["x-content-type-options"] == "nosniff"


def test_feeds_are_well_formed_and_lead_to_the_web_alone(visitor: Visitor) -> None:
    for asked_for in ("alert", "source:zz", "lang:en", ""):
        feed = ET.fromstring(visitor.get("/search.atom", params={"q": asked_for}).text)  # noqa: S314  # our own feed
        links = [link.get("href") or "" for link in feed.iter("{http://www.w3.org/2005/Atom}link")]
        assert links
        assert [link for link in links if not link.startswith(("http://", "https://"))] == []
        told = json.loads(visitor.get("/search.json", params={"q": asked_for}).text)
        assert [item for item in told["items"] if not item["url"].startswith(("http://", "https://"))] == []


def test_a_very_long_title_takes_no_page_down(visitor: Visitor) -> None:
    number = FIRST + len(WORDS) - 1
    for path in (f"/report/{number}", f"/capture/{number}", "/", "/stories", "/deserters/articles?_size=100"):
        page = visitor.page(path)
        assert len(page) < 1_500_000, path
