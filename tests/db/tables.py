"""What stands in a database, read with SQLite alone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from db.store import Store
from tests import factory

TABLES = ("sources", "channels", "candidates", "articles", "texts", "runs", "pages", "issues", "timetable")


def opened(folder: Path) -> Store:
    """The store of the database that every test of a folder uses; it knows one source."""
    store = Store(folder / "d.db", holder="test")
    store.know_sources([factory.source()])
    return store


def ask(folder: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The answer to ``sql``, from a connection of its own."""
    with closing(sqlite3.connect(folder / "d.db")) as connection:
        return connection.execute(sql, values).fetchall()


def dump(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, by table, in the order of its first column."""
    return {table: ask(folder, f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}  # our own table names


def shape(folder: Path) -> list[tuple[Any, ...]]:
    """Every statement that lays a table, index, view or trigger."""
    return ask(folder, "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")


def sound(folder: Path) -> bool:
    """Whether SQLite finds no fault with the file, its foreign keys, and the full text."""
    with closing(sqlite3.connect(folder / "d.db")) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        keys = connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.execute("INSERT INTO lemmas(lemmas) VALUES ('integrity-check')")
    return whole and keys
