"""Rows in, SQL out: the few ways in which the store writes, each within one transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from db import rows
from db.model import Issue


class Tables:
    """An open database; ``run`` is the number of the current run, 0 outside one."""

    _db: Database
    run: int
    _is_together = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is written meanwhile be one piece, which costs less than many; a failure undoes all of it."""
        with self._transaction():
            self._is_together = True
            try:
                yield
            finally:
                self._is_together = False

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Write as one piece; takes the write lock at once, so that reading first and writing then never fails."""
        if self._is_together:
            yield
            return
        self._db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.rollback()
            self._undone()
            raise
        self._db.commit()

    def _undone(self) -> None:
        """Let go what is remembered of rows that were not committed."""

    def _all(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[dict[str, Any]]:
        """The rows of a question by their columns; without the savepoint that a query of the library costs."""
        found = self._db.conn.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def _one(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> dict[str, Any] | None:
        """The first row of a question, if there is one."""
        return next(iter(self._all(sql, values)), None)

    def _issues(self, issues: Iterable[Issue], now: datetime) -> None:
        for issue in issues:
            self._insert("issues", rows.issue_row(issue, self.run, now))

    def _insert(self, table: str, row: rows.Row) -> int:
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        return self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row).lastrowid or 0  # noqa: S608  # table and column names are ours

    def _add(self, table: str, row: rows.Row, key: str) -> None:
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT({key}) DO NOTHING"  # noqa: S608  # table and column names are ours
        self._db.execute(sql, row)

    def _upsert(self, table: str, row: rows.Row, key: str) -> None:
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        changes = ", ".join(f"{name}=excluded.{name}" for name in row if name != key)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT({key}) DO UPDATE SET {changes}"  # noqa: S608  # table and column names are ours
        self._db.execute(sql, row)


def assign(row: rows.Row) -> str:
    """The SET clause of an UPDATE that gives ``row`` its values by name."""
    return ", ".join(f"{name}=:{name}" for name in row)
