"""A database to be filled in bulk in, without the triggers and indexes of its tables; they are laid when it is full."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_COUNTED = (  # what the triggers would have counted
    "DELETE FROM report_days",
    "INSERT INTO report_days SELECT substr(first_seen, 1, 10), source, language, count(*) FROM articles GROUP BY 1,2,3",
    "DELETE FROM report_counts",
    "INSERT INTO report_counts SELECT source, language, count(*) FROM articles GROUP BY 1, 2",
    "UPDATE series SET figures = (SELECT count(*) FROM figures WHERE series = series.id AND known_until IS NULL)",
)


@contextmanager
def bare(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Triggers and indexes are off ``tables`` within the context, and laid again behind it, all in one transaction."""
    connection.execute("BEGIN")
    marks = ", ".join("?" * len(tables))
    found = connection.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND type IN ('index', 'trigger') "  # noqa: S608  # marks
        "AND sql IS NOT NULL ORDER BY type, rowid",
        tables,
    ).fetchall()
    laid: dict[str, list[str]] = {"index": [], "trigger": []}
    for kind, name, sql in found:
        connection.execute(f"DROP {kind} {name}")
        laid[kind].append(sql)
    yield
    for sql in (*laid["index"], *_COUNTED, *laid["trigger"]):
        connection.execute(sql)
    connection.execute("COMMIT")
