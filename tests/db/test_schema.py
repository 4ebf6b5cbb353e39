"""The tables are laid once, and opening the file again changes nothing."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.schema import migrate, migrations
from db.store import Store
from tests import factory
from tests.db.tables import dump, opened, shape

PROMISED = {
    "reports": {
        "id", "url", "canonical_url", "source", "title", "text", "language", "authors", "published_at",
        "published_from", "fetched_at", "score", "reasons", "archive_file", "archive_offset", "sha256",
    },
    "runs": {"started_at", "finished_at", "outcome", "counts"},
    "issues": {"run", "source", "level", "what", "detail"},
    "pages": {"url", "source", "first_seen", "outcome", "stage", "reason", "score"},
    "sources": {"id"},
    "channels": {"url"},
}  # fmt: skip


@pytest.mark.parametrize("table", PROMISED)
def test_the_tables_that_people_query_have_the_promised_columns(tmp_path: Path, table: str) -> None:
    with opened(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "d.db") as connection:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")}
    assert PROMISED[table] <= columns


def test_opening_twice_changes_nothing_and_loses_no_row(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.begin_run("crawl", factory.NOW)
        store.save(factory.analysis(), page="p", report="r")
        store.note([factory.issue(source="")], factory.NOW)
    before, laid = dump(tmp_path), shape(tmp_path)
    with opened(tmp_path):
        pass
    assert dump(tmp_path) == before
    assert shape(tmp_path) == laid
    assert before["articles"]


def test_migrating_an_open_database_again_is_harmless(tmp_path: Path) -> None:
    db = Database(tmp_path / "d.db")
    migrate(db)
    first = [row["sql"] for row in db.query("SELECT sql FROM sqlite_master ORDER BY name")]
    migrate(db)
    assert [row["sql"] for row in db.query("SELECT sql FROM sqlite_master ORDER BY name")] == first
    db.close()


OLDER = """
INSERT INTO sources (id, name, homepage, country, languages, kind, enabled, watched, reason, min_candidates, notes)
    VALUES ('s', '', '', '', '', '', 1, 1, '', 0, '');
INSERT INTO articles (id, key, url, canonical_url, source, title, language, authors, published_from, standfirst,
    section, image_url, credit, paid, first_seen, fetched_at, score, why, reasons, extractor, marks, sha256)
    VALUES (1, 'k', '', '', 's', '', '', '', '', '', '', '', '', 0, '', '', 1, '', '', '', '', '');
INSERT INTO texts VALUES (1, '', 'nine people');
INSERT INTO series (id, type, territory, organisation) VALUES (1, 'deserters', 'ru', ''),
    (2, 'asylum-claims', 'fi', ''), (3, 'share', '', ''), (4, 'ratio', '', '');
"""
FIGURE = """
INSERT INTO figures (id, report, start, "end", quote, series, type, low, unit, counted, territory, period_certainty,
    cumulative, per, speaker, organisation, certainty, known_from)
    VALUES (?, 1, 0, 4, 'nine', ?, ?, 9, ?, '', ?, 0, 0, ?, '', '', 1, '')
"""
KEPT = (
    (1, 1, "deserters", "people", "ru", ""), (2, 2, "asylum-claims", "people", "fi", ""),
    (3, 2, "asylum-claims", "applications", "fi", ""), (4, 2, "asylum-claims", "applications", "fi", "a day"),
    (5, 2, "asylum-claims", "people", "fi", ""), (6, 3, "share", "", "", ""),
)  # fmt: skip


@pytest.mark.parametrize("keys", ["ON", "OFF"])
def test_series_that_mixed_units_are_parted_and_no_figure_is_lost(tmp_path: Path, keys: str) -> None:
    db = Database(tmp_path / "d.db")
    migrations.apply(db, stop_before="what_may_stand_in_one_series")
    db.conn.executescript(OLDER)
    db.conn.executemany(FIGURE, KEPT)
    db.conn.commit()
    db.conn.execute(f"PRAGMA foreign_keys={keys}")
    migrate(db)
    found = db.execute(
        "SELECT figures.id, series, s.type, s.unit, s.per FROM figures JOIN series AS s ON s.id = series"
    )
    assert sorted(found.fetchall()) == [
        (1, 1, "deserters", "people", ""), (2, 2, "asylum-claims", "people", ""),
        (3, 5, "asylum-claims", "applications", ""), (4, 6, "asylum-claims", "applications", "a day"),
        (5, 2, "asylum-claims", "people", ""), (6, 3, "share", "percent", ""),
    ]  # fmt: skip
    assert db.execute("SELECT unit, per FROM series WHERE id = 4").fetchall() == [(None, None)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA foreign_keys").fetchone() == (int(keys == "ON"),)
    db.close()


@pytest.mark.parametrize(
    ("series", "type_", "unit", "per"),
    [
        (1, "share", "percent", ""), (1, "deserters", "cases", ""), (1, "deserters", "people", "a day"),
        (9, "deserters", "people", ""), (4, "ratio", "percent", ""), (3, "share", "people", ""),
        (3, "share", "", ""),
    ],
)  # fmt: skip
def test_a_figure_of_another_type_or_unit_than_its_series_is_refused_whatever_the_pragma(
    tmp_path: Path, series: int, type_: str, unit: str, per: str
) -> None:
    db = Database(tmp_path / "d.db")
    migrate(db)
    db.conn.executescript(OLDER)
    db.conn.execute(FIGURE, (1, 1, "deserters", "people", "", ""))
    db.conn.commit()
    for keys in ("ON", "OFF"):
        db.conn.execute(f"PRAGMA foreign_keys={keys}")
        with pytest.raises(sqlite3.IntegrityError, match="unit"):
            db.conn.execute(FIGURE, (2, series, type_, unit, "", per))
        db.conn.rollback()
        with pytest.raises(sqlite3.IntegrityError, match="unit"):
            db.conn.execute("UPDATE figures SET series=?, type=?, unit=?, per=?", (series, type_, unit, per))
        db.conn.rollback()
        with pytest.raises(sqlite3.IntegrityError, match="unit"):
            db.conn.execute(
                "INSERT OR REPLACE INTO series (id, type, territory, organisation, unit, per) "
                "VALUES (1, 'share', '', '', 'percent', '')"
            )
        db.conn.rollback()
    db.close()


def test_foreign_keys_are_held_and_the_log_is_written_ahead(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store._db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            store.note([factory.issue(source="xx/unknown")], factory.NOW)


def test_closing_folds_the_log_into_the_file(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save(factory.analysis(), page="p", report="r")
    assert not (tmp_path / "d.db-wal").exists() or (tmp_path / "d.db-wal").stat().st_size == 0
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "d.db").read_bytes())
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM reports").fetchone() == (1,)


def test_the_database_makes_its_folder(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "deeper" / "d.db", holder="test"):
        pass
    assert (tmp_path / "new" / "deeper" / "d.db").is_file()
