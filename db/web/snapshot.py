"""The live database in, one complete copy of this moment out."""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy(database: Path, folder: Path) -> Path:
    """Write a copy of ``database`` into ``folder``, its write-ahead log folded in, and say where it stands."""
    target = folder / "deserters.db"
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", [str(target)])
    return target
