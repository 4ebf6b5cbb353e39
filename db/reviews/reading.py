"""The file of reviews in, what stands in it out; it is only read, and where there is none there is nothing."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import ReviewError
from db.model.reviews import Opinion, Ruling, Stratum, Subject
from db.reviews.schema import is_ours

_BUSY_SECONDS = 30
_MOST_LISTED = 500
Rows = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What people left at a report or a story: who starred it, its tags, its notes."""

    stars: tuple[str, ...] = ()
    tags: Rows = ()
    notes: Rows = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An item of the last draw with what people answered to it through the queue, by name."""

    id: int
    page: str
    stratum: Stratum
    language: str
    score: float
    position: int
    probability: float
    answers: Mapping[str, Opinion]

    @property
    def opinion(self) -> Opinion | None:
        """What most who did not stay unsure answered; unsure where nobody is sure or they are even; ``None``: open."""
        if not self.answers:
            return None
        told = list(self.answers.values())
        weight = told.count(Opinion.RELEVANT) - told.count(Opinion.NOT_RELEVANT)
        return (Opinion.RELEVANT if weight > 0 else Opinion.NOT_RELEVANT) if weight else Opinion.UNSURE

    @property
    def disputed(self) -> bool:
        """Whether people contradict each other."""
        return {Opinion.RELEVANT, Opinion.NOT_RELEVANT} <= set(self.answers.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The last draw: its number (0: none), when, how many pages there were by group and language, and its items."""

    draw: int = 0
    at: str = ""
    frame: Mapping[tuple[Stratum, str], int]
    items: tuple[Answered, ...] = ()


def marks(path: Path, subjects: Iterable[tuple[str, str]]) -> Marks:
    """What was left at any of the ``subjects``, each a kind and a key."""
    wanted = list(subjects)
    with _reading(path) as connection:
        if connection is None:
            return Marks()
        stars, tags, notes = (
            _of(connection, columns, table, wanted)
            for table, columns in (("stars", "who, at"), ("tags", "tag, who, at"), ("notes", "id, text, who, at"))
        )
    return Marks(
        stars=tuple(dict.fromkeys(row["who"] for row in stars)),
        tags=tuple({row["tag"]: row for row in tags}.values()),
        notes=notes,
    )


def verdicts(path: Path, page: str) -> Rows:
    """What people said of a page, the latest first."""
    return _all(path, "SELECT answer, who, at FROM verdicts WHERE page = ? ORDER BY at DESC, who", page)


def starred(path: Path, who: str) -> Rows:
    """What one person has starred, the latest first."""
    sql = f"SELECT kind, key, number, at FROM stars WHERE who = ? ORDER BY at DESC, key LIMIT {_MOST_LISTED}"  # noqa: S608  # a number of ours
    return _all(path, sql, who)


def tagged(path: Path, tag: str) -> Rows:
    """What carries a tag, the latest first."""
    sql = f"SELECT kind, key, number, who, at FROM tags WHERE tag = ? ORDER BY at DESC, key LIMIT {_MOST_LISTED}"  # noqa: S608  # see above
    return _all(path, sql, tag)


def tags(path: Path) -> Rows:
    """Every tag with the number of what carries it, the commonest first."""
    sql = f"SELECT tag, count(*) AS uses FROM tags GROUP BY tag ORDER BY uses DESC, tag LIMIT {_MOST_LISTED}"  # noqa: S608  # see above
    return _all(path, sql)


def rulings(path: Path) -> tuple[Ruling, ...]:
    """What people asked of stories, in the order in which they did."""
    found = _all(path, "SELECT * FROM rulings ORDER BY id")
    return tuple(
        Ruling(
            kind=row["kind"], token=row["token"], note=row["note"],
            report=Subject(kind="report", key=row["report"], number=row["report_number"]),
            other=Subject(kind="report", key=row["other"], number=row["other_number"]) if row["other"] else None,
        )
        for row in found
    )  # fmt: skip


def rulings_on(path: Path, keys: Iterable[str]) -> Rows:
    """What people asked of the stories of the reports called ``keys``, with who and when, the latest first."""
    wanted = list(keys)
    some = ", ".join("?" * len(wanted))
    sql = f"SELECT * FROM rulings WHERE report IN ({some}) OR other IN ({some}) ORDER BY id DESC LIMIT 50"  # noqa: S608  # marks only
    return _all(path, sql, *wanted, *wanted)


def sample(path: Path) -> Sample:
    """The last draw with all answers given through the queue."""
    with _reading(path) as connection:
        last = (
            connection.execute("SELECT id, at FROM draws ORDER BY id DESC LIMIT 1").fetchone() if connection else None
        )
        if connection is None or last is None:
            return Sample(frame={})
        answers: dict[str, dict[str, Opinion]] = {}
        for row in connection.execute("SELECT page, who, answer FROM verdicts WHERE draw IS NOT NULL ORDER BY at, who"):
            answers.setdefault(row["page"], {})[row["who"]] = Opinion(row["answer"])
        frame = connection.execute("SELECT stratum, language, pages FROM frames WHERE draw = ?", [last["id"]])
        columns = "id, page, stratum, language, score, position, probability"
        items = connection.execute(f"SELECT {columns} FROM items WHERE draw = ? ORDER BY position", [last["id"]])  # noqa: S608  # a constant
        return Sample(
            draw=last["id"],
            at=last["at"],
            frame={(Stratum(row["stratum"]), row["language"]): row["pages"] for row in frame},
            items=tuple(
                Answered(**{**dict(row), "stratum": Stratum(row["stratum"])}, answers=answers.get(row["page"], {}))
                for row in items
            ),
        )


def _of(connection: sqlite3.Connection, columns: str, table: str, wanted: list[tuple[str, str]]) -> Rows:
    sql = f"SELECT {columns} FROM {table} WHERE kind = ? AND key = ? ORDER BY at"  # noqa: S608  # names are ours
    return tuple(dict(row) for subject in wanted for row in connection.execute(sql, subject))


def _all(path: Path, sql: str, *values: Any) -> Rows:
    with _reading(path) as connection:
        return tuple(dict(row) for row in connection.execute(sql, values)) if connection else ()


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that can only read; ``None`` where there is no file.

    Raises:
        ReviewError: the file is no file of reviews.
    """
    if not path.is_file():
        yield None
        return
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
            if not is_ours(connection):
                raise ReviewError(f"{path}: is no file of reviews")
            connection.row_factory = sqlite3.Row
            yield connection
    except sqlite3.DatabaseError as error:
        raise ReviewError(f"{path}: cannot be read as the file of reviews: {error}") from error
