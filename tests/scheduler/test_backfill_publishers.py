"""Whose page it is: the watch list's dated rules for its own, a source by its domain for others, which are proposed."""

import json
from pathlib import Path

import pytest
import yaml

from crawler import sources
from tests.running import Desk
from tests.scheduler.test_backfill import SOLDIER, warc

RULED = """
name: Known
homepage: https://known.example/
country: fr
languages: [en]
channels:
  - feed: https://known.example/feed
rules:
  - until: 2024-06-30
    body: //div[@id="old"]
  - body: //div[@id="new"]
"""
PAGE = (
    "<html lang='en'><head><title>Russian deserter granted asylum in France</title><meta property='article:"
    "published_time' content='{day}T08:00:00Z'></head><body><h1>Russian deserter granted asylum in France</h1>"
    "<div id='old'><p>The old column. {story}</p></div><div id='new'><p>The new column. {story}</p></div></body></html>"
)
STORY = (
    "A Russian soldier who deserted from his unit in Ukraine has been granted asylum in France, his lawyer said. The "
    "deserter walked across the border at night and had been wanted in Russia for desertion ever since that winter."
)
AGENCY = (
    "<html lang='en'><head><title>Russian deserter sentenced in Chita, Reuters reports</title><meta property='article:"
    "published_time' content='2026-05-01T08:00:00Z'></head><body><article><h1>Russian deserter sentenced in Chita, "
    "Reuters reports</h1><p>According to Reuters, a military court in Chita sentenced a Russian soldier to nine years "
    "in prison for desertion. The deserter had left his unit in Ukraine in the winter, Reuters reported.</p>"
    "</article></body></html>"
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    (made.sources / "fr").mkdir(parents=True)
    (made.sources / "fr" / "known.yml").write_text(RULED)
    return made


def backfilled(desk: Desk, pages: dict[str, str]) -> None:
    (desk.folder / "x.warc.gz").write_bytes(warc(pages))
    done = desk.run("backfill", "x.warc.gz")
    assert done.returncode == 0, done.stdout + done.stderr


def foreign() -> dict[str, str]:
    """Pages of three publishers: one with three originals, one that tells what an agency told, a known one."""
    pages = {f"https://www.example.com/{n}": SOLDIER.format(n=n, where=f"town {n}", month=n - 19) for n in (20, 21, 22)}
    known = {"https://known.example/a": PAGE.format(day="2024-03-01", story=STORY)}
    return pages | known | {"https://news.example.org/1": AGENCY}


@pytest.mark.parametrize(("day", "column"), [("2024-03-01", "old"), ("2026-03-01", "new")])
def test_a_page_of_a_publisher_on_the_watch_list_is_read_by_the_rules_of_its_day(
    desk: Desk, day: str, column: str
) -> None:
    backfilled(desk, {"https://known.example/a": PAGE.format(day=day, story=STORY)})
    assert desk.rows("SELECT source, published_on FROM articles") == [("fr/known", day)]
    text = desk.value("SELECT text FROM texts")
    assert text.startswith(f"The {column} column.")
    assert text.count("column") == 1


def test_publishers_from_outside_the_list_are_proposed_best_first(desk: Desk) -> None:
    backfilled(desk, foreign())
    assert desk.rows("SELECT id, watched FROM sources ORDER BY id") == [
        ("fr/known", 1), ("xx/example.com", 0), ("xx/example.org", 0)
    ]  # fmt: skip
    told = desk.run("sources", "propose", "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    much, echo = found["publishers"]
    assert (much["id"], much["reports"], much["originals"], much["independent"]) == ("xx/example.com", 3, 3, 3)
    assert (much["share"], much["languages"], much["last"][:10]) == (1.0, ["en"], "2026-03-11")
    assert much["example"] == "https://www.example.com/22"
    assert (echo["id"], echo["reports"], echo["originals"], echo["independent"]) == ("xx/example.org", 1, 1, 0)
    assert [(one["name"], one["originals"]) for one in found["cited"]] == [("Reuters", 1)]
    shown = desk.run("sources", "propose").stdout
    assert shown.index("example.com") < shown.index("example.org")
    assert "known.example" not in shown
    assert "Reuters (1)" in shown
    fewer = desk.run("sources", "propose", "--least", "2").stdout
    assert "example.org" not in fewer
    assert "1 publishers gave fewer reports" in fewer


def test_entries_are_of_the_lists_own_form_and_invent_no_channel(desk: Desk, tmp_path: Path) -> None:
    backfilled(desk, foreign())
    told = desk.run("sources", "propose", "--yaml")
    assert told.returncode == 0, told.stderr
    entries = list(yaml.safe_load_all(told.stdout))
    assert [entry["homepage"] for entry in entries] == ["https://example.com/", "https://example.org/"]
    folder = tmp_path / "new"
    (folder / "zz").mkdir(parents=True)
    for number, entry in enumerate(told.stdout.split("--- ")[1:]):
        (folder / "zz" / f"site{number}.yml").write_text(entry)
    found = sources.load(folder)
    assert found.problems == ()
    assert [(one.name, one.languages, one.channels, one.enabled) for one in found.sources] == [
        ("example.com", ("en",), (), False), ("example.org", ("en",), (), False)
    ]  # fmt: skip


def test_a_publisher_that_came_on_the_list_is_proposed_no_more(desk: Desk) -> None:
    backfilled(desk, {"https://www.example.com/1": SOLDIER.format(n=20, where="Oslo", month=1)})
    (desk.sources / "fr" / "much.yml").write_text(RULED.replace("known.example", "example.com"))
    told = desk.run("sources", "propose")
    assert told.returncode == 0
    assert "There is nothing to propose" in told.stdout
    assert "1 publishers of older reports are on the watch list by now" in told.stdout


def test_where_there_is_nothing_to_propose_it_says_so(desk: Desk) -> None:
    missing = desk.run("sources", "propose")
    assert missing.returncode == 2
    assert "there is no such database" in missing.stderr
    backfilled(desk, {"https://known.example/a": PAGE.format(day="2026-03-01", story=STORY)})
    assert "There is nothing to propose" in desk.run("sources", "propose").stdout
    entries = desk.run("sources", "propose", "--yaml")
    assert entries.stdout == ""
    assert "There is nothing to propose" in entries.stderr
    assert json.loads(desk.run("sources", "propose", "--json").stdout)["publishers"] == []
    assert desk.run("sources", "propose", "--json", "--yaml").returncode == 2


def test_reports_that_would_not_be_kept_now_propose_nobody(desk: Desk) -> None:
    backfilled(desk, {"https://www.example.com/1": SOLDIER.format(n=20, where="Oslo", month=1)})
    desk.change(
        "INSERT INTO judgements (report, at, terms, kept, stage, reason, detail, score, answer, reasons) "
        "VALUES (1, '2026-11-29T00:00:00+00:00', 't', 0, 'relevance', 'not about the topic', '', 0, 'drop', '[]')"
    )
    assert "There is nothing to propose" in desk.run("sources", "propose").stdout
