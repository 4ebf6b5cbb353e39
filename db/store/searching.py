"""A stored report in, its words in the index out; the index follows whatever changes what is searched.

The index keeps no text of its own, so taking a report out needs the same words that were put in: they are computed
again from what is stored, before it changes, and a digest tells whether they are the same.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from db import search
from db.countries import NAMED
from db.store.tables import Tables

_NAME = "search"
_MANY = 5_000  # reports whose words take so long to read that it is told
_log = logging.getLogger("deserters.store")
_STORED = (
    "SELECT articles.id, source, language, coalesce(published_at, first_seen) AS day, authors, "
    "texts.title, text "
    "FROM articles JOIN texts ON texts.id = articles.id"
)
_NAMED = f"SELECT DISTINCT country FROM ({NAMED}) WHERE report = ?"  # noqa: S608  # a constant
Document = tuple[str, str, str, str]
_COLUMNS = "title, text, bare, about"


class SearchStore(Tables):
    """The index of all words, as far as the store writes it."""

    def renew_index(self) -> int:
        """Make the index anew where its keys are of another version; how many reports were read for that."""
        known = self._db.execute("SELECT version FROM versions WHERE name = ?", [_NAME]).fetchone()
        if known and known[0] == search.VERSION:
            return 0
        count, total = 0, self._db.execute("SELECT count(*) FROM articles").fetchone()[0]
        if total >= _MANY:
            _log.warning("The index of %d reports is made anew, once; that takes some minutes.", total)
        with self._transaction():
            self._db.execute("INSERT INTO lemmas(lemmas) VALUES ('delete-all')")
            self._db.execute("DELETE FROM indexed")
            for row in self._db.conn.execute(f"{_STORED} ORDER BY articles.id"):
                self._put(row[0], self._read(row))
                count += 1
            self._upsert("versions", {"name": _NAME, "version": search.VERSION}, "name")
        return count

    @contextmanager
    def _reindexed(self, report: int, *, known: bool = True) -> Iterator[None]:
        """Take a report out of the index where it is ``known``, let it be changed, and put it in again."""
        if known:
            self._take_out(report)
        yield
        found = self._document(report)
        if found:
            self._put(report, found)

    def _take_out(self, report: int) -> None:
        known = self._db.execute("SELECT digest FROM indexed WHERE report = ?", [report]).fetchone()
        found = self._document(report)
        if not known or not found:
            return
        if _digest(found) == known[0]:
            sql = f"INSERT INTO lemmas(lemmas, rowid, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)"  # noqa: S608  # names are ours
            self._db.execute(sql, [report, *found])
        else:  # its words cannot be told any more: the next opening makes the index anew
            self._db.execute("DELETE FROM versions WHERE name = ?", [_NAME])
        self._db.execute("DELETE FROM indexed WHERE report = ?", [report])

    def _put(self, report: int, found: Document) -> None:
        self._db.execute(f"INSERT INTO lemmas(rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?)", [report, *found])  # noqa: S608  # names are ours
        self._add("indexed", {"report": report, "digest": _digest(found)}, "report")

    def _document(self, report: int) -> Document | None:
        row = self._db.execute(f"{_STORED} WHERE articles.id = ?", [report]).fetchone()
        return self._read(row) if row else None

    def _read(self, row: tuple[int, str, str, str, str, str, str]) -> Document:
        report, source, language, day, authors, title, text = row
        countries = [named[0] for named in self._db.execute(_NAMED, [report])]
        about = search.about(source, language, countries, day or "")
        named = " ".join(json.loads(authors or "[]"))
        return *search.documents(title, text, language, named), about


def _digest(found: Document) -> int:
    told = hashlib.blake2b("\x1f".join(found).encode(), digest_size=7).digest()
    return int.from_bytes(told, "big")
