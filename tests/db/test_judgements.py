"""What was thought of a report before stays readable, whatever another judgement makes of the same capture."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawler import rechecking
from db.model import Analysis, Evidence, Facts, Figure, FigureType, Place, Rejection
from db.store import Store
from scheduler.exporting import export_as_of
from tests import factory
from tests.db.tables import ask, opened, sound
from tests.db.web_browser import Visitor

LATER = factory.later(days=20)
AGAIN = Place(file="2026/03/a.warc.gz", offset=700)  # of every capture that the factory makes


def judged(store: Store, outcome: Analysis | Rejection, terms: str) -> None:
    """Judge the page in a run of its own, by a version of the terms."""
    store.begin_run("backfill", LATER, terms)
    if isinstance(outcome, Rejection):
        store.reject(outcome, page="p", source=factory.source())
    else:
        store.save(outcome, page="p", report="r")


def first(store: Store) -> None:
    """Keep the report for the first time."""
    store.begin_run("crawl", factory.NOW, "one")
    store.save(factory.analysis(), page="p", report="r")


def otherwise() -> Analysis:
    """The same page, judged by better terms."""
    return factory.analysis(verdict=factory.verdict(score=0.5, why="another ground", reasons=()))


def test_a_report_that_is_judged_otherwise_and_kept_has_both_judgements(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first(store)
        judged(store, factory.analysis(), "two")
        assert ask(tmp_path, "SELECT * FROM judgements") == []
        judged(store, otherwise(), "three")
    told = ask(tmp_path, "SELECT terms, at, kept, score, detail, reasons FROM judgements ORDER BY id")
    (terms, at, kept, score, why, reasons), newest = told
    assert (terms, at, kept, score, why) == ("two", "2026-03-01T09:35:00+00:00", 1, 0.8765, "who and what")
    assert json.loads(reasons)[0]["quote"] == "Deserteur"
    assert newest == ("three", "2026-03-21T09:30:00+00:00", 1, 0.5, "another ground", "[]")
    assert ask(tmp_path, "SELECT score, why FROM articles") == [(0.5, "another ground")]
    assert ask(tmp_path, "SELECT * FROM doubts") == []
    assert sound(tmp_path)


def test_a_rejection_of_another_capture_is_no_judgement_of_the_report(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first(store)
        judged(store, factory.rejection(place=replace(AGAIN, offset=9000)), "two")
        judged(store, factory.rejection(place=None), "two")
        assert store.standing(AGAIN) == 1
        assert store.standing(None) == 0
    assert ask(tmp_path, "SELECT * FROM judgements") == []


def test_the_newest_terms_that_doubt_a_report_are_named(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first(store)
        for terms in ("two", "two", "three"):
            judged(store, factory.rejection(), terms)
    assert ask(tmp_path, "SELECT terms, reason, detail FROM doubts") == [("three", "not about the topic", "no person")]
    assert ask(tmp_path, "SELECT terms, kept FROM judgements") == [("one", 1), ("two", 0), ("three", 0)]
    assert ask(tmp_path, "SELECT outcome, report FROM pages") == [("report", 1)]


def test_of_a_revised_report_the_capture_that_stands_is_judged(tmp_path: Path) -> None:
    newer = Place(file="2026/03/b.warc.gz", offset=5)
    with opened(tmp_path) as store:
        first(store)
        text = "Zwei russische Deserteure erhielten Asyl.\n\nDas Gericht entschied am Montag."
        edition = factory.analysis(
            article=factory.article(text=text), sha256="cd" * 32,
            capture=factory.capture(body=b"", place=newer, fetched_at=factory.later(days=2)),
        )  # fmt: skip
        recheck = store.due(factory.later(days=2))[0]
        assert rechecking.reconsider(recheck, edition, edition.source, store, factory.later(days=2))
        judged(store, factory.rejection(), "two")
        assert ask(tmp_path, "SELECT * FROM doubts") == []
        judged(store, factory.rejection(place=newer), "two")
        assert ask(tmp_path, "SELECT terms FROM doubts") == [("two",)]
        judged(store, replace(edition, verdict=otherwise().verdict), "three")
    assert ask(tmp_path, "SELECT * FROM doubts") == []
    assert ask(tmp_path, "SELECT score, why FROM articles") == [(0.5, "another ground")]
    assert ask(tmp_path, "SELECT text FROM texts") == [(text,)]


def test_what_a_model_quoted_ends_where_the_text_is_read_otherwise_and_is_kept(tmp_path: Path) -> None:
    quoted = Evidence(start=4, end=23, quote="russischer Deserteu")
    figure = Figure(evidence=quoted, type=FigureType.DESERTERS, low=1, high=1, unit="people", certainty=0.5)
    with opened(tmp_path) as store:
        first(store)
        assert store.propose(1, Facts(figures=(figure,))) == 1
        judged(store, factory.analysis(), "two")
        assert ask(tmp_path, "SELECT known_until FROM figures") == [(None,)]
        judged(store, factory.analysis(article=factory.article(text="Anders gelesen, und länger als zuvor.")), "two")
    assert ask(tmp_path, "SELECT quote, known_until IS NULL FROM figures") == [("russischer Deserteu", 0)]


def test_an_export_has_the_judgement_of_its_day(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first(store)
        judged(store, otherwise(), "two")
        judged(store, factory.rejection(), "three")
    then, now = tmp_path / "then.db", tmp_path / "now.db"
    export_as_of(tmp_path / "d.db", then, factory.NOW.date())
    export_as_of(tmp_path / "d.db", now, (LATER + timedelta(days=1)).date())
    sql = "SELECT score, why, (SELECT count(*) FROM doubts) FROM articles"
    assert _rows(then, sql) == [(0.8765, "who and what", 0)]
    assert _rows(now, sql) == [(0.5, "another ground", 1)]


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_the_page_of_a_report_says_that_it_would_not_be_kept_now(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        first(store)
    line = "would not keep this report: not about the topic (no person)"
    assert line not in _page(tmp_path)
    with opened(tmp_path) as store:
        judged(store, factory.rejection(), "v2<b>")
    page = _page(tmp_path)
    assert f"Today’s terms (version <code>v2&lt;b&gt;</code>, read again 21 March 2026) {line}." in page
    assert '<a href="/deserters/judgements?report=1">2 judgements</a>' in page
    with opened(tmp_path) as store:
        store.begin_run("crawl", LATER, "v3")
    assert f"Later terms (version <code>v2&lt;b&gt;</code>, read again 21 March 2026) {line}." in _page(tmp_path)
    with opened(tmp_path) as store:
        judged(store, otherwise(), "v3")
    assert line not in _page(tmp_path)


def _page(folder: Path) -> str:
    with Visitor(folder / "d.db", folder / "archive") as visitor:
        assert visitor.rows("/deserters/doubts.json?_shape=array") is not None
        return visitor.page("/report/1")
