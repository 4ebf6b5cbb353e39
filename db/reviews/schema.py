"""The tables of the file of reviews; strict, checked, and with a log that can only grow."""

import sqlite3
from pathlib import Path

from filelock import FileLock
from sqlite_utils import Database, Migrations

from db.model.reviews import LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, Opinion, Stratum

migrations = Migrations("deserters-reviews")

_OPINIONS = ", ".join(f"'{each}'" for each in Opinion)
_STRATA = ", ".join(f"'{each}'" for each in Stratum)
_WHO = f"who TEXT NOT NULL CHECK (length(who) BETWEEN 1 AND {LONGEST_NAME}), at TEXT NOT NULL"
_SUBJECT = (
    "kind TEXT NOT NULL CHECK (kind IN ('report', 'story')), key TEXT NOT NULL CHECK (key <> ''), "
    "number INTEGER NOT NULL"
)
_TABLES = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stars ({_SUBJECT}, {_WHO}, PRIMARY KEY (kind, key, who)) STRICT, WITHOUT ROWID;
CREATE INDEX stars_who ON stars(who, at);
CREATE TABLE tags (
    {_SUBJECT}, tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND {LONGEST_TAG}), {_WHO}, PRIMARY KEY (kind, key, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags(tag, at);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, {_SUBJECT},
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND {LONGEST_NOTE}), {_WHO}
) STRICT;
CREATE INDEX notes_key ON notes(kind, key);
CREATE TABLE draws (id INTEGER PRIMARY KEY AUTOINCREMENT, {_WHO}) STRICT;
CREATE TABLE frames (
    draw INTEGER NOT NULL REFERENCES draws(id), stratum TEXT NOT NULL CHECK (stratum IN ({_STRATA})),
    language TEXT NOT NULL, pages INTEGER NOT NULL CHECK (pages > 0), PRIMARY KEY (draw, stratum, language)
) STRICT, WITHOUT ROWID;
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, draw INTEGER NOT NULL REFERENCES draws(id),
    page TEXT NOT NULL CHECK (page <> ''), stratum TEXT NOT NULL CHECK (stratum IN ({_STRATA})),
    language TEXT NOT NULL, score REAL NOT NULL, random INTEGER NOT NULL CHECK (random >= 0),
    position INTEGER NOT NULL, probability REAL NOT NULL CHECK (probability > 0 AND probability <= 1),
    UNIQUE (draw, page), UNIQUE (draw, position)
) STRICT;
CREATE TABLE verdicts (
    page TEXT NOT NULL CHECK (page <> ''), answer TEXT NOT NULL CHECK (answer IN ({_OPINIONS})), {_WHO},
    draw INTEGER REFERENCES draws(id), probability REAL, PRIMARY KEY (page, who),
    CHECK ((draw IS NULL) = (probability IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE rulings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'pin')), report TEXT NOT NULL CHECK (report <> ''),
    report_number INTEGER NOT NULL, other TEXT, other_number INTEGER,
    note TEXT NOT NULL CHECK (length(note) <= {LONGEST_NOTE}), {_WHO}, CHECK ((kind = 'merge') = (other IS NOT NULL))
) STRICT;
CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, who TEXT NOT NULL CHECK (who <> ''), act TEXT NOT NULL,
    kind TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL
) STRICT;
INSERT INTO settings VALUES ('seed', lower(hex(randomblob(16))));
"""  # noqa: S608  # numbers and names of ours
# REPLACE takes a row away without asking the trigger on DELETE, so a number that is taken is refused before
_STAYS = """
CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} BEGIN SELECT raise(ABORT, 'what was done is never changed'); END;
CREATE TRIGGER {table}_keeps BEFORE DELETE ON {table} BEGIN SELECT raise(ABORT, 'what was done stays'); END;
CREATE TRIGGER {table}_grows BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT raise(ABORT, 'what was done is never changed'); END;
"""
_FOR_GOOD = ("log", "rulings")


@migrations()
def first_tables(db: Database) -> None:
    """Lay every table, and draw the seed of the random numbers of pages."""
    for statement in "".join([_TABLES, *(_STAYS.format(table=table) for table in _FOR_GOOD)]).split(";\n"):
        if statement.strip():
            db.execute(statement)


def migrate(db: Database, path: Path) -> None:
    """Bring ``db``, which stands at ``path``, to the newest shape; of several processes one does it."""
    if not migrations.pending(db):
        return
    with FileLock(f"{path}.lock"):
        db.enable_wal()
        migrations.apply(db)


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether what was opened is a file of reviews."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('draws', 'rulings', 'log')"
    return bool(connection.execute(sql).fetchone()[0] == 3)
