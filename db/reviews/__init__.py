"""The only writer of the file of reviews: an act of a person in, the act and its line in the log out, or nothing."""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from db import rows
from db.errors import ReviewError
from db.model.reviews import Act, Draw, Judged, Opinion, Ruling, Stratum, Subject
from db.reviews import drawing, typed
from db.reviews.schema import migrate

_BUSY_SECONDS = 30
_NOTHING = Subject(kind="", key="", number=0)


class Reviews:
    """The file of reviews at ``path``, made where there is none; several processes may write to it, one after another.

    Raises:
        ReviewError: the file cannot be opened, or is no database.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            migrate(Database(self._connection), path)
            self._connection.isolation_level = None
            self._connection.execute("PRAGMA foreign_keys=ON")
        except (sqlite3.DatabaseError, OSError) as error:
            raise ReviewError(f"{path}: cannot be opened as the file of reviews: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    # -- stars, tags, notes

    def star(self, act: Act, subject: Subject, *, on: bool) -> None:
        """Set or take away the star of one person."""
        with self._transaction():
            had = self._one("SELECT 1 FROM stars WHERE kind=? AND key=? AND who=?", *_named(subject), act.who)
            if bool(had) == on:
                return
            if on:
                self._insert("stars", {**_row(subject), **_by(act)})
            else:
                self._run("DELETE FROM stars WHERE kind=? AND key=? AND who=?", *_named(subject), act.who)
            self._log(act, "star" if on else "unstar", subject)

    def tag(self, act: Act, subject: Subject, text: str, *, on: bool) -> None:
        """Set or take away a tag, which belongs to everyone.

        Raises:
            ReviewError: the text is no tag.
        """
        tag = typed.tag(text)
        with self._transaction():
            had = self._one("SELECT 1 FROM tags WHERE kind=? AND key=? AND tag=?", *_named(subject), tag)
            if bool(had) == on:
                return
            if on:
                self._insert("tags", {**_row(subject), "tag": tag, **_by(act)})
            else:
                self._run("DELETE FROM tags WHERE kind=? AND key=? AND tag=?", *_named(subject), tag)
            self._log(act, "tag" if on else "untag", subject, ("", tag) if on else (tag, ""))

    def note(self, act: Act, subject: Subject, text: str) -> int:
        """Keep a note; its number.

        Raises:
            ReviewError: it is empty or too long.
        """
        kept = typed.note(text)
        with self._transaction():
            number = self._insert("notes", {**_row(subject), "text": kept, **_by(act)})
            self._log(act, "note", subject, ("", kept))
        return number

    def remove_note(self, act: Act, number: int) -> None:
        """Take away a note; whoever wrote it may, and the log keeps it.

        Raises:
            ReviewError: there is no such note, or somebody else wrote it.
        """
        with self._transaction():
            found = self._one("SELECT kind, key, number, text, who FROM notes WHERE id=?", number)
            if found is None:
                raise ReviewError("This note is not there any more.")
            if found[4] != act.who:
                raise ReviewError("Only whoever wrote a note can take it away.")
            self._run("DELETE FROM notes WHERE id=?", number)
            self._log(act, "remove note", Subject(kind=found[0], key=found[1], number=found[2]), (found[3], ""))

    # -- verdicts

    def judge(self, act: Act, page: str, opinion: Opinion, item: int = 0) -> None:
        """Keep what a person says of the page called ``page``, in place of what that person said before.

        ``item`` is the item of the queue by which the page came up, 0 where it came up otherwise: only answers that
        the queue asked for count in estimates, and a later change of mind keeps them so.

        Raises:
            ReviewError: the item is not of this page.
        """
        with self._transaction():
            drawn = self._one("SELECT draw, probability FROM items WHERE id=? AND page=?", item, page)
            if item and drawn is None:
                raise ReviewError("The queue was drawn anew in the meantime; go back to it and go on from there.")
            old = self._one("SELECT answer, draw, probability FROM verdicts WHERE page=? AND who=?", page, act.who)
            draw, probability = drawn or (old[1:] if old else (None, None))
            row: rows.Row = {"page": page, "answer": opinion.value, **_by(act)}
            self._insert("verdicts", {**row, "draw": draw, "probability": probability}, instead=True)
            subject = Subject(kind="page", key=page, number=item)
            self._log(act, "verdict", subject, (old[0] if old else "", opinion.value))

    def draw(self, act: Act, pages: Iterable[Judged]) -> Draw:
        """Draw pages for review: those of the last draw and more, by the seed that stands in the file.

        Raises:
            ReviewError: there are no pages to draw from, none that is not drawn yet, or the last draw is untouched.
        """
        with self._transaction():
            if self._one(
                "SELECT 1 FROM draws WHERE id=(SELECT max(id) FROM draws) AND id NOT IN (SELECT draw FROM "
                "verdicts WHERE draw IS NOT NULL)"
            ):
                raise ReviewError("The last draw waits for its first answer; answer some of it before you draw more.")
            seed = str((self._one("SELECT value FROM settings WHERE name='seed'") or ("",))[0])
            before = self._reached()
            found = drawing.draw(seed, pages, before)
            if not found.items:
                raise ReviewError("There are no pages to draw from yet; `deserters crawl` brings some.")
            if sum(found.frame.values()) == len(found.items) == self._last_size():
                raise ReviewError("Every page there is has been drawn already.")
            self._keep_draw(act, found)
        return found

    def _reached(self) -> dict[Stratum, int]:
        """The random number up to which each stratum has been drawn."""
        found = self._run("SELECT stratum, max(random) FROM items GROUP BY stratum").fetchall()
        return {Stratum(name): int(number) for name, number in found}

    def _last_size(self) -> int:
        row = self._one("SELECT count(*) FROM items WHERE draw=(SELECT max(id) FROM draws)")
        return int(row[0]) if row else 0

    def _keep_draw(self, act: Act, found: Draw) -> None:
        number = self._insert("draws", _by(act))
        for (stratum, language), pages in found.frame.items():
            self._insert("frames", {"draw": number, "stratum": stratum, "language": language, "pages": pages})
        for item in found.items:
            row: rows.Row = {
                "draw": number, "page": item.page, "stratum": item.stratum, "language": item.language,
                "score": item.score, "random": item.random, "position": item.position,
                "probability": item.probability,
            }  # fmt: skip
            self._insert("items", row)
        told = f"{len(found.items)} of {sum(found.frame.values())} pages"
        self._log(act, "draw", replace(_NOTHING, kind="draw", number=number), ("", told))

    # -- stories

    def ask(self, act: Act, ruling: Ruling) -> str:
        """Keep what a person asks of stories, for the next crawl to take up; the name by which both databases know it.

        Raises:
            ReviewError: the note is too long.
        """
        token, note = secrets.token_hex(8), typed.note(ruling.note, wanted=False)
        other = ruling.other
        row: rows.Row = {
            "token": token, "kind": ruling.kind, "report": ruling.report.key, "report_number": ruling.report.number,
            "other": other.key if other else None, "other_number": other.number if other else None, "note": note,
        }  # fmt: skip
        with self._transaction():
            self._insert("rulings", {**row, **_by(act)})
            told = f"{token} with {other.key}" if other else token
            self._log(act, ruling.kind, ruling.report, ("", told))
        return token

    # -- pieces

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Write as one piece; the write lock is taken at once, so that reading first and writing then never fails."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._run(sql, *values).fetchone()
        return found

    def _insert(self, table: str, row: rows.Row, *, instead: bool = False) -> int:
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        verb = "REPLACE" if instead else "INSERT"
        return self._connection.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", row).lastrowid or 0

    def _log(self, act: Act, what: str, subject: Subject, change: tuple[str, str] = ("", "")) -> None:
        row: rows.Row = {**_by(act), "act": what, **_row(subject), "old": change[0], "new": change[1]}
        self._insert("log", row)


def _named(subject: Subject) -> tuple[str, str]:
    return subject.kind, subject.key


def _row(subject: Subject) -> rows.Row:
    return {"kind": subject.kind, "key": subject.key, "number": subject.number}


def _by(act: Act) -> rows.Row:
    return {"who": act.who, "at": rows.stamp(act.at)}
