"""The live database and a moment in, the database as it was known then out, byte for byte the same each time.

A fresh file gets the rows that were known at the moment, in a fixed order; stories are put together anew from them.
The table of protected names and places stays at home; quotes and texts are as they were published.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from db import rows
from db.errors import ExportError
from db.rows.facts import TABLES
from db.schema import is_behind, migrate

_KNOWN = {  # tables, and which of their rows were known at a moment
    "sources": "id IN (SELECT source FROM live.pages WHERE first_seen <= :at) OR watched = 1",
    "runs": "started_at <= :at",
    "articles": "fetched_at <= :at",
    "pages": "judged_at <= :at AND (report IS NULL OR report IN (SELECT id FROM main.articles))",
    "issues": "at <= :at",
    "series": "id IN (SELECT series FROM live.figures WHERE known_from <= :at)",
    "editions": "known_until <= :at",
    "revisions": "at <= :at",
    "fingerprints": "report IN (SELECT id FROM main.articles)",
    "rulings": "at <= :at",
    "judgements": "at <= :at AND report IN (SELECT id FROM main.articles)",
}
_FACTS = tuple(table for table in TABLES if table != "protected_mentions")
_HOLDS = "known_from <= :at AND (known_until IS NULL OR known_until > :at) AND report IN (SELECT id FROM main.articles)"
_THEN = """
SELECT texts.id, coalesce(e.title, texts.title), coalesce(e.text, texts.text) FROM live.texts JOIN main.articles
    ON articles.id = texts.id LEFT JOIN live.editions AS e ON e.report = texts.id AND e.known_from <= :at
    AND e.known_until > :at ORDER BY texts.id
"""
_JUDGED_THEN = """
UPDATE main.articles SET (score, why, reasons) = (
    SELECT score, detail, reasons FROM main.judgements WHERE report = articles.id AND kept ORDER BY id DESC LIMIT 1
) WHERE id IN (SELECT report FROM main.judgements WHERE kept)
"""
_CAPTURES_THEN = """
UPDATE main.articles SET (sha256, archive_file, archive_offset) = (
    SELECT sha256, archive_file, archive_offset FROM live.editions AS e
    WHERE e.report = articles.id AND e.known_from <= :at AND e.known_until > :at)
WHERE id IN (SELECT report FROM live.editions AS e WHERE e.known_from <= :at AND e.known_until > :at)
"""


def export(live: Path, target: Path, at: datetime, place: Callable[[Path], None]) -> int:
    """Write what ``live`` knew at the end of ``at`` to the new file ``target``; how many reports it holds.

    ``place`` puts the stories of the half-made file together.

    Raises:
        ExportError: ``target`` is there already, nothing was known at that moment, or ``live`` has an older shape.
    """
    if not live.is_file():
        raise ExportError(f"{live}: there is no such database; name it with --db")
    if is_behind(live):
        raise ExportError(f"{live}: has the shape of an earlier version; `deserters crawl` brings it up to date")
    if target.exists():
        raise ExportError(f"{target}: is there already; name a new file, or remove it first")
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        count = _filled(live, draft, at)
        if not count:
            raise ExportError(f"{live}: nothing was known on {at:%Y-%m-%d}; the first capture is later")
        place(draft)
        _finish(draft, target, at)
    finally:
        for left in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm"), Path(f"{draft}.lock")):
            left.unlink(missing_ok=True)
    return count


def _filled(live: Path, draft: Path, at: datetime) -> int:
    with closing(sqlite3.connect(draft.resolve().as_uri(), uri=True)) as connection:
        database = Database(connection)
        migrate(database)
        connection.commit()
        connection.execute("ATTACH ? AS live", [f"{live.resolve().as_uri()}?mode=ro"])
        moment = {"at": rows.stamp(at)}
        for table, known in _KNOWN.items():
            _copy(connection, table, known, moment)
        connection.execute(f"INSERT INTO main.texts (id, title, text) {_THEN}", moment)
        for table in _FACTS:
            _copy(connection, table, _HOLDS, moment)
            connection.execute(f"UPDATE main.{table} SET known_until = NULL")  # noqa: S608  # names are ours
        connection.execute(
            "UPDATE main.articles SET title = (SELECT title FROM main.texts WHERE texts.id = articles.id)"
        )
        connection.execute(_CAPTURES_THEN, moment)
        connection.execute(_JUDGED_THEN)
        connection.commit()
        count: int = connection.execute("SELECT count(*) FROM main.articles").fetchone()[0]
        connection.execute("DETACH live")
        return count


def _copy(connection: sqlite3.Connection, table: str, known: str, moment: dict[str, str]) -> None:
    names = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA main.table_info({table})"))
    connection.execute(
        f"INSERT INTO main.{table} ({names}) SELECT {names} FROM live.{table} WHERE {known} ORDER BY 1",  # noqa: S608  # names are ours
        moment,
    )


def _finish(draft: Path, target: Path, at: datetime) -> None:
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("UPDATE _sqlite_migrations SET applied_at = ?", [rows.stamp(at)])
        connection.execute("DELETE FROM rechecks")
        connection.execute("DELETE FROM story_keys")
        connection.execute("DELETE FROM fingerprints")
        connection.commit()
        connection.execute("VACUUM INTO ?", [str(target)])
