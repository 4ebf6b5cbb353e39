"""The whole way on our newspaper: crawled once for all tests here, its rows compared with what the newspaper means."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from db.archive import captures
from tests.newspaper import press
from tests.newspaper.server import Newspaper
from tests.running import Desk

pytestmark = pytest.mark.allow_hosts(sorted(press.hosts(manners=False).values()))
EXPECTED = Path(__file__).parents[1] / "newspaper" / "expected.yml"
REPORT_COLUMNS = (
    "key, url, canonical_url, source, title, language, authors, published_at, published_from, first_seen, fetched_at, "
    "score, why, reasons, extractor, marks, archive_file, archive_offset, sha256"
)
PAGE_COLUMNS = "key, url, source, first_seen, judged_at, outcome, stage, reason, detail, score, answer, title, language"


@pytest.fixture(scope="module")
def paper() -> Iterator[Newspaper]:
    with Newspaper(manners=False) as one:
        yield one


@pytest.fixture(scope="module")
def crawled(paper: Newspaper, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("crawled"))
    paper.write_sources(desk.sources)
    done = desk.run("crawl")
    assert done.returncode == 0, done.stdout + done.stderr
    return desk


def expected() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))
    return told


def test_every_page_on_the_subject_is_kept_and_no_other(crawled: Desk) -> None:
    kept = {urlsplit(url).path for (url,) in crawled.rows("SELECT url FROM reports")}
    out_of_reach = {"locked", "dusty"}  # one forbids robots by its failing robots.txt, the other's pages are too old
    meant = {
        path
        for publisher, pages in expected()["pages"].items()
        for path, told in pages.items()
        if told["on_topic"]
        and publisher not in out_of_reach
        and told.get("trait") not in {"endless", "huge", "private"}
    }
    assert kept == meant


def test_a_story_is_one_event_and_each_event_one_story(crawled: Desk) -> None:
    stories: dict[int, set[str]] = {}
    for story, url in crawled.rows("SELECT story, url FROM reports JOIN placements ON report=reports.id"):
        stories.setdefault(story, set()).add(urlsplit(url).path)
    told = {frozenset(paths) for paths in stories.values() if len(paths) > 1}
    pairs = [pair for pairs in expected()["pairs"].values() for pair in pairs]
    assert told == {frozenset("/" + path.partition("/")[2] for path in pair) for pair in pairs}


def test_counts_add_up_and_the_row_of_the_run_says_so(crawled: Desk) -> None:
    row = crawled.rows("SELECT outcome, candidates, analyses, rejections, candidates_in_issues FROM runs")[0]
    assert row[0] == "done"
    assert row[1] == sum(row[2:]) > 30
    assert crawled.value("SELECT count(*) FROM pages WHERE outcome='report'") == row[2]
    assert crawled.value("SELECT count(*) FROM pages WHERE outcome='rejected'") == row[3]


def test_every_bad_manner_is_a_named_issue_of_its_source(crawled: Desk) -> None:
    found = set(crawled.rows("SELECT DISTINCT source, what FROM issues WHERE level != 'info'"))
    assert {
        ("zz/herald-html", "html-instead-of-feed"),
        ("zz/herald-empty", "empty-body"),
        ("zz/herald-truncated", "damaged-feed"),
        ("zz/herald-broken", "host-error"),
        ("zz/locked-robots", "robots-unreachable"),
        ("zz/dusty-stale", "stale-feed"),
        ("zz/astray-redirects", "redirect-loop"),
        ("zz/astray-redirects", "refused-address"),
    } <= found


def test_walls_stubs_and_error_pages_are_refused_with_their_reasons(crawled: Desk) -> None:
    rows = dict(crawled.rows("SELECT reason, count(*) FROM pages WHERE source='zz/walls-stubs' GROUP BY reason"))
    assert set(rows) == {"consent or bot wall", "paywall stub", "not an article", "forbidden by robots"}


def test_pages_that_never_end_or_are_too_large_are_rejected(crawled: Desk) -> None:
    reasons = {reason for (reason,) in crawled.rows("SELECT reason FROM pages WHERE source='zz/heavy-pages'")}
    assert "too large" in reasons


def test_every_reason_quotes_the_text_where_it_stands(crawled: Desk) -> None:
    sql = (
        "SELECT title, text, json_extract(value, '$.zone'), json_extract(value, '$.start'), "
        "json_extract(value, '$.end'), json_extract(value, '$.quote') FROM reports, json_each(reasons)"
    )
    rows = crawled.rows(sql)
    assert len(rows) > 50
    for title, text, zone, start, end, quote in rows:
        assert (title if zone == "title" else text)[start:end] == quote


def test_every_report_has_its_capture_in_an_archive_that_passes_the_check(crawled: Desk) -> None:
    files = sorted(crawled.archive.rglob("*"))
    assert not [path for path in files if path.name.endswith(".open")]
    warcs = [path for path in files if path.name.endswith(".warc.gz")]
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *map(str, warcs)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    there = {(c.place.file, c.place.offset) for path in warcs for c in captures(path, crawled.archive) if c.place}
    kept = set(crawled.rows("SELECT archive_file, archive_offset FROM reports"))
    assert kept <= there


def test_a_second_crawl_fetches_no_page_again(crawled: Desk, paper: Newspaper) -> None:
    before = len(paper.requests)
    assert crawled.run("crawl").returncode == 0
    again = [request for request in paper.requests[before:] if request.path.endswith(".html")]
    known = {request.path for request in again if request.status == 200}
    assert known == set()
    good = crawled.rows(
        "SELECT count(*) FROM channels WHERE status != 304 AND trouble = '' AND etag != '' AND answered_at IS NOT NULL"
    )
    assert good == [(0,)]
    troubled = crawled.rows("SELECT source FROM channels WHERE trouble != ''")
    assert ("zz/dusty-stale",) in troubled


def test_backfill_of_the_crawls_own_archive_gives_the_same_rows(
    crawled: Desk, tmp_path: Path, paper: Newspaper
) -> None:
    other = Desk(tmp_path)
    paper.write_sources(other.sources)
    done = other.run("backfill", str(crawled.archive), "--archive", str(crawled.archive))
    assert done.returncode == 0, done.stdout + done.stderr
    for columns, table, only in ((REPORT_COLUMNS, "articles", ""), ("title, text", "texts", "")):
        sql = f"SELECT {columns} FROM {table} {only} ORDER BY 1, 2"
        assert other.rows(sql) == crawled.rows(sql)
    sql = f"SELECT {PAGE_COLUMNS} FROM pages WHERE archive_file IS NOT NULL ORDER BY key"
    assert other.rows(sql) == crawled.rows(sql)
    assert len(other.rows(sql)) > 30


def test_a_crawl_while_another_writes_names_the_holder(crawled: Desk) -> None:
    child = crawled.start("crawl")
    try:
        _wait_until_it_writes(crawled)
        second = crawled.run("crawl")
        assert second.returncode == 1
        assert "deserters crawl (process" in second.stderr
    finally:
        child.terminate()
        child.wait(timeout=60)


@pytest.mark.parametrize(
    "seed", [random.randrange(10**6)]
)  # another one every day; the failing one is in the test's name
def test_twenty_kills_lose_and_double_nothing(tmp_path: Path, crawled: Desk, seed: int) -> None:
    desk, dice = Desk(tmp_path), random.Random(seed)
    with Newspaper(manners=True) as paper:
        paper.write_sources(desk.sources)
        for _ in range(20):
            child = desk.start("crawl")
            _wait_until_it_writes(desk)
            time.sleep(dice.uniform(0.0, 2.6))
            child.kill()
            child.wait()
            Path(f"{desk.db}.holder").unlink(missing_ok=True)
            _check_whole(desk)
        assert desk.run("crawl").returncode == 0
        _check_whole(desk)
    hosts = set(press.hosts(manners=True).values())
    clean = {(t,) for (t, u) in crawled.rows("SELECT title, url FROM reports") if any(f"//{h}:" in u for h in hosts)}
    assert set(desk.rows("SELECT title FROM reports")) == clean
    assert desk.value("SELECT count(*) FROM candidates") == 0
    assert desk.value("SELECT count(*) FROM pages") == desk.value("SELECT count(DISTINCT key) FROM pages")
    assert desk.value("SELECT count(*) FROM runs WHERE outcome='died'") >= 3


def _wait_until_it_writes(desk: Desk) -> None:
    holder, deadline = Path(f"{desk.db}.holder"), time.monotonic() + 20
    while not holder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _check_whole(desk: Desk) -> None:
    if not desk.db.exists():
        return
    with closing(sqlite3.connect(desk.db)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for path in desk.archive.rglob("*.warc.gz"):
        assert list(captures(path))
