"""The tables are laid once, and opening the file again changes nothing."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.schema import migrate
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
