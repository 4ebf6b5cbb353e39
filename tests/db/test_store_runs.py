"""Runs add up, readers see what was written, pruning is followed, and there is one writer whatever is killed."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from db import queries
from db.archive import ArchiveWriter, captures, prune, read
from db.errors import StoreBusyError
from db.model import Counts, Level, Place
from db.store import Store
from tests import factory
from tests.db.tables import ask, dump, opened, sound
from tests.factory import NOW, URL, later

ROOT = Path(__file__).parents[2]


# -- runs


def test_a_run_that_a_kill_left_open_is_closed_with_what_its_pages_tell(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.begin_run("crawl", NOW)
        store.save(factory.analysis(), page="p", report="r")
        for n in range(2):
            store.reject(factory.rejection(), page=f"no{n}", source=factory.source())
        store.fail(factory.candidate(key="f"), factory.issue(), NOW, again=False)
    with opened(tmp_path) as store:
        assert store.begin_run("crawl", later(hours=1)) == 2
    sql = "SELECT outcome, finished_at, candidates, analyses, rejections, candidates_in_issues FROM runs WHERE id=1"
    assert ask(tmp_path, sql) == [("died", "2026-03-01T10:30:00+00:00", 4, 1, 2, 1)]
    assert ask(tmp_path, "SELECT outcome, finished_at FROM runs WHERE id=2") == [("running", None)]


def test_a_finished_run_keeps_its_counts_and_is_not_touched_by_the_next(tmp_path: Path) -> None:
    counts = Counts(sources=2, candidates=5, analyses=1, rejections=3, candidates_in_issues=1, new_reports=1)
    assert counts.balanced
    with opened(tmp_path) as store:
        store.begin_run("crawl", NOW)
        store.finish_run("done", counts, later(hours=1))
        before = dump(tmp_path)["runs"]
        store.begin_run("crawl", later(days=1))
    assert dump(tmp_path)["runs"][:1] == before
    told = ask(tmp_path, "SELECT outcome, candidates, new_reports, json_extract(counts, '$.rejections') FROM runs")
    assert told[0] == ("done", 5, 1, 3)


def test_counts_that_do_not_add_up_say_so() -> None:
    assert not Counts(candidates=2, analyses=1).balanced


def test_the_last_crawl_is_the_one_that_neither_died_nor_failed(tmp_path: Path) -> None:
    assert queries.last_crawl(tmp_path / "d.db") is None
    with opened(tmp_path) as store:
        store.begin_run("crawl", NOW)
        store.finish_run("done", Counts(), later(hours=1))
        store.begin_run("backfill", later(days=1))
        store.finish_run("done", Counts(), later(days=1))
        store.begin_run("crawl", later(days=2))
        store.finish_run("failed", Counts(), later(days=2))
        store.begin_run("crawl", later(days=3))
        store.begin_run("crawl", later(days=4))
        store.finish_run("failed", Counts(), later(days=4))
    last = queries.last_crawl(tmp_path / "d.db")
    assert last == queries.LastRun(started_at=NOW, outcome="done")


def test_troubles_are_told_by_kind_with_the_sources_they_concern(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.know_sources([factory.source(), factory.source("fr/feuille")])
        run = store.begin_run("crawl", NOW)
        gone = factory.issue(what="gone", url="", channel=factory.FEED)
        store.note([gone, gone, replace(gone, source="fr/feuille"), factory.issue()], NOW)
        store.note([factory.issue(what="archive-closed", level=Level.INFO)], NOW)
    path = tmp_path / "d.db"
    assert [(one.what, one.sources) for one in queries.troubles(path, run)] == [
        ("gone", ("de/blatt", "fr/feuille")),
        ("timed-out", ("de/blatt",)),
    ]
    assert queries.sources_in_trouble(path, run) == {"de/blatt", "fr/feuille"}
    assert queries.troubles(path, run + 1) == []


def test_the_newest_reports_come_first_and_a_page_leads_to_its_capture(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    assert queries.place_of(path, "p") is None
    with opened(tmp_path) as store:
        for n in range(3):
            url = f"https://blatt.example/{n}"
            store.save(factory.analysis(url), page=f"p{n}", report=f"r{n}")
    assert [one.id for one in queries.newest(path, 2)] == [3, 2]
    assert queries.place_of(path, "p1") == Place(file="2026/03/a.warc.gz", offset=700)
    assert queries.place_of(path, "unknown") is None


# -- pruning


def test_after_pruning_every_place_in_the_database_can_be_read_and_the_others_are_forgotten(tmp_path: Path) -> None:
    root = tmp_path / "archive"
    pages = [factory.capture(f"https://blatt.example/{n}", body=b"%d" % n) for n in range(4)]
    with ArchiveWriter(root, software="test", now=lambda: NOW) as archive:
        placed = [replace(one, place=archive.append(one)) for one in pages]
    with opened(tmp_path) as store:
        for one in placed[:2]:  # two captures of one report, of which the first stands
            made = factory.analysis(one.url, capture=one, article=factory.article(one.url, canonical_url=URL))
            store.save(made, page=one.url, report="r")
        for one in placed[2:]:
            store.reject(factory.rejection(one.url, place=one.place), page=one.url, source=factory.source())

        def moved(file: str, moves: dict[Place, Place]) -> None:
            store.move_captures(moves)
            store.forget_captures(file)

        for _ in range(2):
            prune(root, later(days=20_000), store.kept_places(), moved)
            [place] = store.kept_places()
            assert read(root, place).body == b"0"
    assert ask(tmp_path, "SELECT archive_file FROM pages WHERE archive_file IS NOT NULL") == [(place.file,)]
    assert [one.body for path in root.rglob("*.warc.gz") for one in captures(path)] == [b"0"]


# -- one writer


HOLD = """
import sys, time
from pathlib import Path
from db.store import Store
with Store(Path(sys.argv[1]), holder="deserters crawl"):
    print("held", flush=True)
    sys.stdin.read()
"""

WRITE = """
import sys
from pathlib import Path
from tests import factory
from tests.db.tables import opened
with opened(Path(sys.argv[1])) as store:
    print("open", flush=True)
    run = store.begin_run("crawl", factory.NOW)
    while True:
        for n in range(40):
            url = f"https://blatt.example/{run}/{n}"
            link = factory.candidate(url)
            store.settle_channel(factory.haul([factory.state(etag=str(n))], [link], [factory.issue()]), factory.NOW)
            if n % 3:
                store.save(factory.analysis(url), page=link.key, report=link.key)
            else:
                store.reject(factory.rejection(url), page=link.key, source=factory.source())
        print("round", flush=True)
"""


def process(code: str, argument: Path) -> "subprocess.Popen[str]":
    asked = [sys.executable, "-c", code, str(argument)]
    return subprocess.Popen(
        asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # our own interpreter


def test_a_second_process_is_refused_and_told_who_holds_the_database(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with process(HOLD, path) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match=rf"deserters crawl \(process {other.pid}\)"):
            Store(path, holder="me")
        other.communicate("")
    with Store(path, holder="me"):
        pass


def test_the_lock_of_a_killed_process_holds_nobody_up(tmp_path: Path) -> None:
    path = tmp_path / "d.db"
    with process(HOLD, path) as other:
        assert other.stdout
        other.stdout.readline()
        other.kill()
    with Store(path, holder="me"), pytest.raises(StoreBusyError, match="me "):
        Store(path, holder="another")


def test_a_reader_sees_the_rows_while_the_writer_holds_the_file(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save(factory.analysis(), page="p", report="r")
        assert ask(tmp_path, "SELECT count(*) FROM reports") == [(1,)]


def test_a_kill_at_any_moment_leaves_a_sound_database_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    saved = 0
    for kill in range(10):
        with process(WRITE, tmp_path) as other:
            assert other.stdout
            assert other.stdout.readline() == "open\n"
            time.sleep(random.uniform(0.0, 0.12))  # a moment, not a secret
            other.send_signal(signal.SIGKILL)
        assert sound(tmp_path), kill
        [(reports, texts, pages)] = ask(
            tmp_path,
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM texts), "
            "(SELECT count(*) FROM pages WHERE outcome='report')",
        )
        assert reports == texts == pages >= saved
        assert ask(tmp_path, "SELECT key FROM candidates INTERSECT SELECT key FROM pages") == []
        saved = reports
    with opened(tmp_path) as store:
        store.begin_run("crawl", NOW)
    assert saved > 0
    assert ask(tmp_path, "SELECT count(*) FROM runs WHERE outcome='running'") == [(1,)]
