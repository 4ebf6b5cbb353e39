"""What pages count agrees with counting all rows; where that would take too long, they say what was counted."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from db.store import Store
from db.web import counting, search, stories
from tests import factory
from tests.db.test_web_stories import LAID
from tests.db.web_browser import Visitor
from tests.db.web_world import World, build, keep

TABLE = "/deserters/reports"
FILTERS = ("", "language=ru", "source=lv/gulbis", "language=ru&source=lv/gulbis", "language=xx", "id__gt=5")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = build(tmp_path_factory.mktemp("counting"), rounds=2)
    with sqlite3.connect(found.db) as connection:
        connection.executescript(LAID)
    return found


@pytest.fixture(scope="module")
def visitor(world: World) -> Iterator[Visitor]:
    with Visitor(world.db, world.archive) as opened:
        yield opened


def told(visitor: Visitor, path: str) -> dict[str, Any]:
    answer = visitor.get(path)
    assert answer.status_code == 200, (path, answer.text[:300])
    found: dict[str, Any] = answer.json()
    return found


def asked(world: World, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(world.db)) as connection:
        return connection.execute(sql).fetchall()


def where(filters: str) -> str:
    told = [part.replace("id__gt=", "id>").partition("=") for part in filters.split("&") if part]
    return " AND ".join(["1", *(f"{name} = '{value}'" if value else name for name, _, value in told)])


@pytest.mark.parametrize("filters", FILTERS)
def test_facets_and_the_number_of_rows_are_what_counting_says(visitor: Visitor, world: World, filters: str) -> None:
    page = told(visitor, f"{TABLE}.json?{filters}&_facet=published_from&_facet_size=max")
    assert (
        page["filtered_table_rows_count"] == asked(world, f"SELECT count(*) FROM reports WHERE {where(filters)}")[0][0]
    )
    assert list(page["facet_results"]) == ["language", "source", "published_from"]
    for column, facet in page["facet_results"].items():
        counted = dict(asked(world, f"SELECT {column}, count(*) FROM reports WHERE {where(filters)} GROUP BY 1"))
        assert {row["value"]: row["count"] for row in facet["results"]} == counted
        assert "newest" not in facet


def test_facets_know_what_is_chosen_and_lead_on(visitor: Visitor) -> None:
    [chosen] = told(visitor, f"{TABLE}.json?language=ru")["facet_results"]["language"]["results"]
    assert (chosen["value"], chosen["selected"]) == ("ru", True)
    assert "language=ru" not in chosen["toggle_url"]
    other = told(visitor, f"{TABLE}.json")["facet_results"]["source"]["results"][0]
    assert not other["selected"]
    narrowed = urlsplit(other["toggle_url"])
    assert told(visitor, f"{narrowed.path}?{narrowed.query}")["filtered_table_rows_count"] == other["count"]


def test_a_new_report_is_counted_at_once(world: World, visitor: Visitor) -> None:
    before = told(visitor, f"{TABLE}.json")
    with Store(world.db, holder="test") as store:
        keep(store, factory.analysis("https://blatt.example/new", article=factory.article(language="de")))
    after = told(visitor, f"{TABLE}.json")
    assert after["filtered_table_rows_count"] == before["filtered_table_rows_count"] + 1
    assert f"All {after['filtered_table_rows_count']} reports" in visitor.page("/")


def test_values_of_too_many_rows_are_counted_among_the_newest_and_it_is_said(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FACET_MS", (-1, 2000))
    monkeypatch.setattr(counting, "NEWEST", 7)
    facet = told(visitor, f"{TABLE}.json?_facet=published_from")["facet_results"]["published_from"]
    sql = "SELECT published_from, count(*) FROM (SELECT * FROM articles ORDER BY id DESC LIMIT 7) GROUP BY 1"
    assert {row["value"]: row["count"] for row in facet["results"]} == dict(asked(world, sql))
    assert facet["newest"] == 7
    page = visitor.page(f"{TABLE}?_facet=published_from")
    assert page.count("Counted among the newest 7 rows") == 2  # folded on a phone, unfolded beside the list
    assert "Counted among" not in visitor.page(TABLE)  # language and source come from the tallies


def test_what_cannot_be_counted_in_time_is_named(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FACET_MS", (-1, -1))
    monkeypatch.setattr(counting, "COUNT_MS", -1)
    page = visitor.page(f"{TABLE}?id__gt=2&_facet=published_from")
    assert "Took too long to count: language, source, published_from" in page
    assert "<strong>Too many</strong> to count at once" in page
    assert "<strong>Too many</strong>" not in visitor.page(f"{TABLE}?language=ru")


@pytest.mark.parametrize(
    ("sql", "answered"),
    [
        ("select count(*) from reports ", "from report_counts where reports > 0"),
        ('select a from reports where "language" = :p0 ', 'from report_counts where reports > 0 and "language" = :p0'),
        ('select a from articles where "source" = :p0 and "language" = :p1 ',
         'from report_counts where reports > 0 and "source" = :p0 and "language" = :p1'),
        ('select a from reports where "language" != :p0 ', ""),
        ('select a from reports where "language" = :p0 and id in (select rowid from lemmas) ', ""),
        ('select a from reports where "language" = :p0 or 1 ', ""),
        ("select a from figures ", ""),
        ('select a from reports where "title" = :p0 ', ""),
    ],
)  # fmt: skip
def test_only_what_the_tallies_know_is_asked_of_them(sql: str, answered: str) -> None:
    assert counting.tallied(sql) == answered


def test_figures_have_the_types_and_territories_that_counting_finds(visitor: Visitor, world: World) -> None:
    sql = "SELECT count(*) FROM figures WHERE known_until IS NULL AND type = 'verdicts'"
    assert f'<strong>Verdicts</strong><span class="count">{asked(world, sql)[0][0]}</span>' in visitor.page(
        "/figures?type=verdicts"
    )
    assert "8,000 to 9,000" in visitor.page("/figures?type=verdicts&territory=ru")


def test_a_story_with_many_values_shows_those_that_most_tell_and_counts_the_rest(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = visitor.page("/story/1")
    assert "more value" not in whole
    monkeypatch.setattr(stories, "MOST_VALUES", 1)
    page = visitor.page("/story/1")
    verdicts = page[page.index("<h3>Verdicts") :]
    assert "8,000 to 9,000" not in verdicts
    assert (
        '1 more value stands in <a href="/deserters/story_figures?story=1&amp;type=verdicts">the table</a>' in verdicts
    )
    assert "different values" in verdicts


def test_all_of_a_storys_values_are_behind_that_link(visitor: Visitor) -> None:
    assert len(visitor.rows("/deserters/story_figures.json?story=1&type=verdicts")) == 2


def test_a_story_with_many_decisions_says_how_many_it_leaves_out(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "granted" in visitor.page("/story/1").lower()
    monkeypatch.setattr(stories, "MOST_DECISIONS", 0)
    assert "1 more is told in fewer of its reports" in visitor.page("/story/1")


def test_the_front_page_counts_weeks_as_reports_were_first_seen(visitor: Visitor, world: World) -> None:
    now = datetime.now(UTC)
    with Store(world.db, holder="test") as store:
        for weeks in (0, 3, 11, 12):
            url = f"https://blatt.example/{weeks}"
            offer = factory.offer(offered_at=now - timedelta(weeks=weeks))
            capture = factory.capture(url, body=b"", offer=offer)
            keep(store, factory.analysis(url, capture=capture, article=factory.article(url)))
    first = (now - timedelta(weeks=11, days=now.weekday())).date()
    known = asked(world, f"SELECT count(*) FROM articles WHERE first_seen >= '{first}'")[0][0]
    page = visitor.page("/")
    numbers = page[page.index("The same in numbers") :].partition("</table>")[0]
    counts = [int(part.partition("</td>")[0]) for part in numbers.split('data-label="reports">')[1:]]
    assert len(counts) == 12
    assert sum(counts) == known >= 3


def test_a_search_that_takes_too_long_is_explained(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = (
        "WITH RECURSIVE n(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n) SELECT max(id) AS id FROM n WHERE ? <> ''"
    )
    monkeypatch.setattr(search, "_FOUND", slow)
    page = visitor.page("/search?q=a*")
    assert "This takes too long among so many reports. Write more of a word before its star" in page
    assert "Not looked through" in page
    assert "0 reports" not in page


def test_pages_of_a_search_follow_one_another_also_beyond_what_is_counted(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [number for (number,) in asked(world, "SELECT id FROM articles ORDER BY id DESC")]
    monkeypatch.setattr(search, "SHOWN", 5)
    monkeypatch.setattr(search, "COUNTED", 11)
    monkeypatch.setattr(search, "_FOUND", search._FOUND.replace("LIMIT 5001", "LIMIT 12"))
    seen, after = list[int](), ""
    while True:
        page = visitor.page(f"/search?q={after}")
        seen += [int(number) for number in re.findall(r'<h2 class="card-title"[^>]*><a href="/report/(\d+)"', page)]
        assert "More than 11 reports" in page
        leads = re.search(r'class="button" href="/search\?(?:q=&amp;)?(after=\d+)"', page)
        if not leads:
            break
        after = f"&{leads[1]}"
    assert seen == everything
    assert len(seen) > 30
