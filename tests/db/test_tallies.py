"""The tallies of reports say what counting would say, whatever is done to the reports, and counting reads no text."""

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.schema import migrate, migrations
from tests import factory
from tests.db.tables import ask, opened

COUNTED = "SELECT source, language, count(*) FROM articles GROUP BY 1, 2 ORDER BY 1, 2"
TALLIED = "SELECT source, language, reports FROM report_counts WHERE reports > 0 ORDER BY 1, 2"
BY_DAY = (
    "SELECT substr(first_seen, 1, 10), source, language, count(*) FROM articles GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "SELECT day, source, language, reports FROM report_days WHERE reports > 0 ORDER BY 1, 2, 3",
)
CHANGES = (
    "UPDATE articles SET language = 'fi' WHERE id = ?", "UPDATE articles SET source = 'fi/lehti' WHERE id = ?",
    "UPDATE articles SET first_seen = '2025-01-02T00:00:00+00:00', language = 'ru' WHERE id = ?",
    "UPDATE articles SET title = 'another' WHERE id = ?", "DELETE FROM articles WHERE id = ?",
)  # fmt: skip


def fill(folder: Path, count: int) -> None:
    with opened(folder) as store:
        for number in range(count):
            url = f"https://blatt.example/{number}"
            origin = factory.source(("de/blatt", "fi/lehti")[number % 2])
            article = factory.article(url, language=("de", "ru", "fi")[number % 3])
            capture = factory.capture(url, body=b"", fetched_at=factory.NOW + timedelta(days=number % 4))
            found = factory.analysis(url, source=origin, article=article, capture=capture)
            store.save(found, page=url, report=url)


def test_tallies_follow_what_is_saved(tmp_path: Path) -> None:
    fill(tmp_path, 12)
    assert len(ask(tmp_path, COUNTED)) == 6
    assert ask(tmp_path, TALLIED) == ask(tmp_path, COUNTED)
    assert ask(tmp_path, BY_DAY[1]) == ask(tmp_path, BY_DAY[0])


@pytest.mark.parametrize("seed", range(4))
def test_tallies_follow_what_is_changed_and_taken_away(tmp_path: Path, seed: int) -> None:
    fill(tmp_path, 12)
    rng = random.Random(seed)
    with closing(sqlite3.connect(tmp_path / "d.db")) as connection:
        for _ in range(20):
            connection.execute(rng.choice(CHANGES), [rng.randint(1, 12)])
        connection.commit()
    assert 0 < ask(tmp_path, "SELECT count(*) FROM articles")[0][0] < 12
    assert ask(tmp_path, TALLIED) == ask(tmp_path, COUNTED)
    assert ask(tmp_path, BY_DAY[1]) == ask(tmp_path, BY_DAY[0])


def test_an_older_database_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    db = Database(tmp_path / "d.db")
    migrations.apply(db, stop_before="counted_ahead")
    db.conn.executescript(
        "INSERT INTO sources (id, name, homepage, country, languages, kind, enabled, watched, reason, min_candidates, "
        "notes) VALUES ('s', '', '', '', '', '', 1, 1, '', 0, '');"
        "INSERT INTO articles (key, url, canonical_url, source, title, language, authors, published_from, standfirst, "
        "section, image_url, credit, paid, first_seen, fetched_at, score, why, reasons, extractor, marks, sha256) "
        "SELECT value, '', '', 's', 'A title', 'de', '[]', '', '', '', '', '', 0, '2026-01-01', '', 1, '', '[]', '', "
        "'[]', '' FROM json_each('[1, 2, 3]'); INSERT INTO texts SELECT id, title, 'A text' FROM articles;"
    )
    before = db.execute("SELECT * FROM reports ORDER BY id").fetchall()
    names = [row[1] for row in db.execute("PRAGMA table_info(reports)").fetchall()]
    migrate(db)
    assert db.execute("SELECT * FROM report_counts").fetchall() == [("s", "de", 3)]
    assert db.execute("SELECT * FROM reports ORDER BY id").fetchall() == before
    assert [row[1] for row in db.execute("PRAGMA table_info(reports)").fetchall()] == names
    db.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM reports",
        "SELECT count(*) FROM reports WHERE language = 'de'",
        "SELECT source, count(*) FROM (SELECT * FROM reports) GROUP BY 1",
    ],
)
def test_counting_reports_reads_no_text(tmp_path: Path, sql: str) -> None:
    fill(tmp_path, 1)
    plan = " ".join(str(row[3]) for row in ask(tmp_path, f"EXPLAIN QUERY PLAN {sql}"))
    assert "texts" not in plan
    assert "COVERING INDEX" in plan
    assert "texts" in " ".join(str(row[3]) for row in ask(tmp_path, "EXPLAIN QUERY PLAN SELECT text FROM reports"))
