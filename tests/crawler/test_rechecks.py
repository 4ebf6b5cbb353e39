"""Kept reports are fetched again: three months of a newspaper whose pages change, vanish and fail, day by day."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from db.archive import captures, read
from db.model import Capture, Place
from db.store import Store, revisions
from tests import factory
from tests.newspaper import answers, press, render
from tests.newspaper.answers import Answer
from tests.newspaper.press import Page, Site
from tests.newspaper.server import Newspaper, Request
from tests.running import Desk

pytestmark = pytest.mark.allow_hosts(sorted(press.hosts(manners=True).values()))

FIGURE = "/reports/helpline-figures"  # another figure on day 1, yet another on day 3
COSMETIC = "/world/russian-conscript-wins-asylum-in-germany"  # another word order and menu on day 1
SAME = "/politik/russischer-wehrpflichtiger-erhaelt-asyl"
MISSING = "/smi/troe-otkaznikov-vyshli-iz-podvala"  # 404 from day 1 on
REMOVED = "/novosti/troe-otkaznikov-vyshli-iz-podvala"  # 410 from day 1 on
BROKEN = "/sud/shest-let-kolonii-mobilizovannomu"  # 500 on day 1
SILENT = "/world/sergeant-sentenced-after-second-flight"  # no answer in time on day 1
DATED = "/monde/la-cour-du-droit-d-asile-protege-un-mobilise-russe"  # an earlier date on day 1, another menu on day 3
MOVED = "/obshchestvo/prigovory-za-ostavlenie-chasti"  # at another address with another figure from day 1 on
LED_AWAY = "/svit/rosijskyj-mobilizovanyj-utik-do-virmeniji"  # leads to another report from day 1 on
OTHER = "/novosti/kazahstan-otkazal-v-ubezhishche"
CHANGED = {FIGURE, MISSING, REMOVED, DATED, MOVED}
UNREACHED = (BROKEN, SILENT)
DAYS = (1, 2, 3, 7, 30, 90, 120)
LEFT_OUT = "kurier-nadrzeczny"  # asks for a second between two requests; nothing here is its
FACTS = ("figures", "decisions", "mentions", "protected_mentions", "citations")
CRAWL = """
import sys, time
from datetime import datetime, timedelta
from scheduler import config, jobs
start, began = datetime.fromisoformat(sys.argv[1]), time.monotonic()
quick = config.load({}, None).model_copy(update={"delay_seconds": 0.0})
jobs.crawl(quick, rounds="--rounds" in sys.argv, now=lambda: start + timedelta(seconds=int(time.monotonic() - began)))
"""


@dataclass(frozen=True)
class Day:
    """The desk as a day's crawl left it, and what that crawl asked the newspaper."""

    desk: Desk
    asked: list[Request]

    def asked_for(self, path: str) -> list[Request]:
        """The requests for one page."""
        return [request for request in self.asked if urlsplit(request.path).path == path]

    def pages(self) -> set[str]:
        """The reports that were asked for."""
        kept = {urlsplit(url).path for (url,) in self.desk.rows("SELECT url FROM articles")}
        return kept & {urlsplit(request.path).path for request in self.asked}

    def of(self, path: str, columns: str, table: str, only: str = "1") -> list[tuple[Any, ...]]:
        """Rows of ``table`` that belong to the report at ``path``."""
        name = "id" if table in {"articles", "texts"} else "report"
        report = self.desk.value("SELECT id FROM articles WHERE instr(url, ?)", path)
        return self.desk.rows(f"SELECT {columns} FROM {table} WHERE {name}=? AND {only}", report)

    def issues(self, path: str) -> list[str]:
        """What was said of one page, in order."""
        return [what for (what,) in self.desk.rows("SELECT what FROM issues WHERE instr(url, ?) ORDER BY id", path)]

    def copy(self, folder: Path) -> Desk:
        """A desk to go on with."""
        return Desk(Path(shutil.copytree(self.desk.folder, folder / "copy")))


def crawl(desk: Desk, paper: Newspaper, day: int, *words: str) -> list[Request]:
    """Crawl on ``day`` at the same time as on every other; the clock goes on from there. What was asked."""
    before = len(paper.requests)
    command = [sys.executable, "-c", CRAWL, factory.later(days=day).isoformat(), *words]
    done = subprocess.run(
        command, env=desk.environment(), cwd=desk.folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return paper.requests[before:]


def found(paper: Newspaper, path: str) -> tuple[Site, Page]:
    stock = press.load(paper.port, paper.born, manners=True)
    return next((site, page) for site in stock for page in site.pages if page.path == path)


def put(paper: Newspaper, path: str, answer: Answer | None) -> None:
    """Answer ``answer`` at ``path`` from now on; ``None``: what was printed first."""
    site, page = found(paper, path)
    paper._tables[site.host][path] = answer or answers.article(site, page)


def reprint(paper: Newspaper, path: str, words: dict[str, str], menu: str = "", **changes: Any) -> None:
    """Print a page with other ``words``, another menu or other fields."""
    site, page = found(paper, path)
    text = "\n\n".join(page.paragraphs)
    for old, new in words.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    html = render.article(site, replace(page, paragraphs=tuple(text.split("\n\n")), **changes))
    put(paper, path, answers.html(site, html.replace("<nav>", f"<nav>{menu}"), page.published))


def change(paper: Newspaper, day: int) -> None:
    """What happens to the pages in the night before ``day``."""
    menu = '<a href="/games">Games</a><a href="/shop">Shop</a>'
    earlier = found(paper, DATED)[1].published - timedelta(days=2)
    if day == 1:
        reprint(paper, FIGURE, {"1,316 men who deserted": "1,361 men who deserted"})
        old = "Those who did not sign were locked in a gymnasium and had to hand over their telephones."
        new = "Their telephones those who did not sign had to hand over, and they were locked in a gymnasium."
        reprint(paper, COSMETIC, {old: new}, menu)
        put(paper, MISSING, Answer(status=404, body=b"gone"))
        put(paper, REMOVED, Answer(status=410, body=b"gone"))
        put(paper, BROKEN, Answer(status=500, body=b"down"))
        put(paper, SILENT, Answer(body=b"late", wait=60))
        reprint(paper, DATED, {}, published=earlier)
        reprint(paper, MOVED, {"7318": "7391"})
        host = found(paper, MOVED)[0].host
        paper._tables[host]["/new"] = paper._tables[host][MOVED]
        for path, target in ((MOVED, "/new"), (LED_AWAY, OTHER)):
            put(paper, path, Answer(status=301, headers={"Location": target}))
    if day == 2:
        for path in UNREACHED:
            put(paper, path, None)
    if day == 3:
        reprint(paper, FIGURE, {"1,316 men who deserted": "1,402 men who deserted"})
        reprint(paper, DATED, {}, menu, published=earlier)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Day]]:
    """What each day left behind; day 0 is the first crawl, day -1 the rounds a day later, before the crawl."""
    folder = tmp_path_factory.mktemp("rechecks")
    desk, told = Desk(folder / "desk"), dict[int, Day]()
    with Newspaper(born=factory.NOW) as paper:
        for path in paper.write_sources(desk.sources):
            if path.stem == LEFT_OUT:
                path.unlink()

        def leave(day: int, asked: list[Request]) -> None:
            told[day] = Day(Desk(Path(shutil.copytree(desk.folder, folder / str(day)))), asked)

        leave(0, crawl(desk, paper, 0))
        leave(-1, crawl(desk, paper, 1, "--rounds"))
        for day in DAYS:
            change(paper, day)
            leave(day, crawl(desk, paper, day))
        yield told


def digest(capture: Capture) -> str:
    return hashlib.sha256(capture.body).hexdigest()


def named(desk: Desk) -> list[tuple[str, str, int]]:
    """The captures that editions and revisions name: what they must hash to, and where they are."""
    return desk.rows(
        "SELECT sha256, archive_file, archive_offset FROM editions "
        "UNION SELECT old_sha256, old_file, old_offset FROM revisions "
        "UNION SELECT new_sha256, new_file, new_offset FROM revisions WHERE what != 'vanished'"
    )


# -- what has changed


def test_another_figure_is_a_revision_with_both_captures_and_one_issue(days: dict[int, Day]) -> None:
    columns = "what, old, new, old_sha256, new_sha256, old_file, old_offset, new_file, new_offset"
    [(what, old, new, *hashes, old_file, old_at, new_file, new_at)] = days[1].of(FIGURE, columns, "revisions")
    assert (what, old, new) == ("figure", "1316 deserters", "1361 deserters")
    archive = days[1].desk.archive
    before, after = (read(archive, Place(file=f, offset=o)) for f, o in ((old_file, old_at), (new_file, new_at)))
    assert hashes == [digest(before), digest(after)]
    assert (b"1,316 men" in before.body, b"1,361 men" in after.body) == (True, True)
    assert days[0].of(FIGURE, "sha256", "articles") == [(hashes[0],)]
    assert days[1].of(FIGURE, "sha256, archive_file, archive_offset", "articles") == [(hashes[1], new_file, new_at)]
    assert days[1].issues(FIGURE) == ["report-changed"]


def test_the_new_text_and_facts_stand_and_the_old_ones_are_kept_with_their_end(days: dict[int, Day]) -> None:
    today = days[1]
    [(text,)], [(old,)] = today.of(FIGURE, "text", "texts"), days[0].of(FIGURE, "text", "texts")
    assert ("1,361 men" in text, "1,316 men" in old) == (True, True)
    [(edition, since, until)] = today.of(FIGURE, "text, known_from, known_until", "editions")
    assert (edition, since[:10], until[:10]) == (old, "2026-03-01", "2026-03-02")
    columns = 'quote, start, "end", known_until'
    assert {(q, end) for q, _, _, end in today.of(FIGURE, columns, "figures") if q.startswith("1,3")} == {
        ("1,316", until),
        ("1,361", None),
    }
    for table in FACTS:
        closed = today.of(FIGURE, 'quote, start, "end"', table, f"known_until = '{until}' ORDER BY start")
        assert closed == days[0].of(FIGURE, 'quote, start, "end"', table, "1 ORDER BY start"), table
        for quote, start, end, _ in today.of(FIGURE, columns, table, "known_until IS NULL"):
            assert text[start:end] == quote
    assert len(today.of(FIGURE, columns, "figures", "known_until IS NULL")) >= 8


def test_a_second_change_is_a_second_revision_that_begins_where_the_first_ended(days: dict[int, Day]) -> None:
    told = days[3].of(FIGURE, "old, new, old_sha256, new_sha256", "revisions", "1 ORDER BY id")
    assert [row[:2] for row in told] == [("1316 deserters", "1361 deserters"), ("1361 deserters", "1402 deserters")]
    assert told[0][3] == told[1][2]
    editions = days[3].of(FIGURE, "known_from, known_until, text", "editions", "1 ORDER BY known_from")
    assert editions[0][1] == editions[1][0]
    assert ["1,361 men" in text for _, _, text in editions] == [False, True]
    assert days[120].issues(FIGURE) == ["report-changed"] * 2


def test_an_edit_of_words_and_menu_alone_changes_nothing(days: dict[int, Day]) -> None:
    first, *_ = asked = days[1].asked_for(COSMETIC)
    assert ([request.status for request in asked], "If-None-Match" in first.headers) == ([200], True)
    for table in ("texts", "articles"):
        assert days[1].of(COSMETIC, "*", table) == days[0].of(COSMETIC, "*", table)
    for table in FACTS:
        assert days[1].of(COSMETIC, "*", table) == days[0].of(COSMETIC, "*", table)
    assert days[120].of(COSMETIC, "1", "revisions") + days[120].of(COSMETIC, "1", "editions") == []
    assert days[120].issues(COSMETIC) == []
    assert days[1].of(COSMETIC, "done, substr(due_at, 1, 10)", "rechecks") == [(1, "2026-03-04")]
    assert [request.status for request in days[3].asked_for(COSMETIC)] == [304], "by the validators of the new page"


def test_another_date_is_a_revision_that_is_told_once(days: dict[int, Day]) -> None:
    assert days[1].of(DATED, "what, old, new", "revisions") == [("date", "2026-03-01", "2026-02-27")]
    assert days[1].issues(DATED) == ["report-changed"]
    assert [request.status for request in days[3].asked_for(DATED)] == [200]
    assert days[120].of(DATED, "what", "revisions") == [("date",)]
    assert days[120].issues(DATED) == ["report-changed"]


def test_a_page_that_moved_is_followed(days: dict[int, Day]) -> None:
    old, new = (f"{value} or more verdicts, 2025-01-01 to 2025-12-31" for value in (7318, 7391))
    assert days[1].of(MOVED, "what, old, new", "revisions") == [("figure", old, new)]
    assert days[120].issues(MOVED) == ["report-changed"]


def test_an_address_that_leads_to_another_report_changes_nothing(days: dict[int, Day]) -> None:
    assert [request.status for request in days[1].asked_for(LED_AWAY)] == [301]
    assert days[1].of(LED_AWAY, "status, done", "rechecks") == [(200, 1)]
    for table in ("texts", "articles"):
        assert days[120].of(LED_AWAY, "*", table) == days[0].of(LED_AWAY, "*", table)


def test_nothing_else_is_said_to_have_changed(days: dict[int, Day]) -> None:
    urls = days[120].desk.rows("SELECT DISTINCT url FROM revisions JOIN articles ON articles.id = report")
    assert {urlsplit(url).path for (url,) in urls} == CHANGED
    assert days[120].desk.value("SELECT count(*) FROM issues WHERE level='error'") == 0


# -- pages without news


def test_a_page_that_has_not_changed_counts_as_done_and_is_due_after_three_days(days: dict[int, Day]) -> None:
    [(etag,)] = days[0].of(SAME, "etag", "rechecks")
    assert [(each.status, each.headers["If-None-Match"]) for each in days[1].asked_for(SAME)] == [(304, etag)]
    told = days[1].of(SAME, "status, done, substr(due_at, 1, 10), etag", "rechecks")
    assert told == [(304, 1, "2026-03-04", etag)]
    assert days[2].asked_for(SAME) == []
    assert [each.headers["If-None-Match"] for each in days[3].asked_for(SAME)] == [etag]
    assert days[3].of(SAME, "done, substr(due_at, 1, 10)", "rechecks") == [(2, "2026-03-08")]


@pytest.mark.parametrize(("path", "status"), [(MISSING, 404), (REMOVED, 410)])
def test_a_page_that_is_gone_is_told_once_and_its_report_stays(days: dict[int, Day], path: str, status: int) -> None:
    [(what, url, told, old, new, place)] = days[1].of(
        path, "what, old, new, old_sha256, new_sha256, new_file", "revisions"
    )
    assert (what, urlsplit(url).path, told, new, place) == ("vanished", path, f"HTTP {status}", "", None)
    assert days[0].of(path, "sha256", "articles") == [(old,)]
    assert days[1].issues(path) == ["vanished"]
    assert [days[day].asked_for(path)[0].status for day in (1, 3, 7, 30, 90)] == [status] * 5
    assert days[120].issues(path) == ["vanished"]
    assert days[120].of(path, "what", "revisions") == [("vanished",)]
    for table in ("articles", "texts"):
        assert days[120].of(path, "*", table) == days[0].of(path, "*", table)
    assert days[120].of(path, "1", "editions") == []
    assert days[120].of(path, "1", "decisions", "known_until IS NOT NULL") == []


@pytest.mark.parametrize(("path", "status"), [(BROKEN, 500), (SILENT, 0)])
def test_a_page_that_fails_is_tried_again_a_day_later(days: dict[int, Day], path: str, status: int) -> None:
    assert days[1].of(path, "status, done, substr(due_at, 1, 10)", "rechecks") == [(status, 0, "2026-03-03")]
    assert [request.status for request in days[2].asked_for(path)] == [304]
    assert days[2].of(path, "status, done, substr(due_at, 1, 10)", "rechecks") == [(304, 1, "2026-03-04")]
    assert days[120].of(path, "1", "revisions") == []
    assert days[120].issues(path) == []


# -- when


def test_reports_are_asked_for_on_their_days_and_after_five_answers_never_again(days: dict[int, Day]) -> None:
    kept = days[0].pages()
    assert len(kept) > 10
    assert days[1].pages() | {SILENT} == kept, "the newspaper notes what it has answered"
    assert [days[day].pages() for day in (3, 7, 30, 90)] == [kept] * 4
    assert days[2].pages() == set(UNREACHED)
    left = "SELECT url FROM rechecks JOIN articles ON articles.id = report WHERE due_at IS NOT NULL"
    unanswered = {urlsplit(str(url)).path for (url,) in days[90].desk.rows(left)}  # a busy machine may miss an answer
    asked = "SELECT url FROM rechecks JOIN articles ON articles.id = report WHERE substr(asked_at, 1, 10) = ?"
    late = (factory.NOW.date() + timedelta(days=120)).isoformat()
    assert {urlsplit(str(url)).path for (url,) in days[120].desk.rows(asked, late)} <= unanswered
    assert len(unanswered) <= 2
    assert (5, None) in days[90].desk.rows("SELECT done, due_at FROM rechecks")


def test_rounds_look_at_no_report_again(days: dict[int, Day]) -> None:
    assert days[-1].pages() == set()
    assert days[-1].desk.value("SELECT kind FROM runs ORDER BY id DESC") == "rounds"
    assert set(days[-1].desk.rows("SELECT done, substr(due_at, 1, 10) FROM rechecks")) == {(0, "2026-03-02")}


def test_reports_that_this_crawl_does_not_look_after_keep_no_others_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "_MOST", 2)
    mine = "https://anders.example/1"
    with Store(tmp_path / "test.db", holder="a test") as store:
        for number in range(3):
            url = f"{factory.URL}/{number}"
            store.save(factory.analysis(url), page=url, report=url)
        other = factory.analysis(
            mine,
            source=factory.source("de/anders", channels=()),
            capture=factory.capture(mine, body=b"", fetched_at=factory.later(hours=1)),
        )
        store.save(other, page=mine, report=mine)
        assert [recheck.url for recheck in store.due(factory.later(days=2), {"de/anders"})] == [mine]
        assert len(store.due(factory.later(days=2), {"de/anders", "de/blatt"})) == 2


# -- what is kept of it all


def test_pruning_keeps_the_captures_that_editions_and_revisions_name(days: dict[int, Day], tmp_path: Path) -> None:
    desk = days[120].copy(tmp_path)
    names = {sha256 for sha256, *_ in named(desk)}
    warcs = sorted(desk.archive.rglob("*.warc.gz"))
    before = {digest(capture) for path in warcs for capture in captures(path)}
    for path in warcs:
        os.utime(path, (0, 0))
    done = desk.run("prune", "--days", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = named(desk)
    assert {sha256 for sha256, *_ in rows} == names
    for sha256, file, offset in rows:
        assert digest(read(desk.archive, Place(file=file, offset=offset))) == sha256
    after = {digest(capture) for path in desk.archive.rglob("*.warc.gz") for capture in captures(path)}
    kept = {sha256 for (sha256,) in desk.rows("SELECT sha256 FROM articles")}
    assert after == names | kept < before


def test_reading_the_archive_again_undoes_no_revision(days: dict[int, Day], tmp_path: Path) -> None:
    desk = days[120].copy(tmp_path)
    asked = [
        f"SELECT * FROM {table} ORDER BY 1" for table in ("articles", "texts", "editions", "revisions", "rechecks")
    ]
    asked += [
        f"SELECT report, quote, start, known_from, known_until FROM {table} ORDER BY 1, 3, 4, 2" for table in FACTS
    ]
    before = [desk.rows(sql) for sql in asked]
    done = desk.run("backfill", str(desk.archive))
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.value("SELECT captures FROM runs ORDER BY id DESC") > desk.value("SELECT count(*) FROM pages")
    assert [desk.rows(sql) for sql in asked] == before
