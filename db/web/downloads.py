"""A query over the database in, all of its rows in one whole file out, and why it is cut where it is.

Datasette's own CSV is one page unless ``_stream`` is asked for, ends a stream at its first error and at ``max_csv_mb``
with status 200, and reads page after page of a file that is being written. Here the rows are read in one go from one
state of the database and written to a file, which is sent only when it is known whether it is whole.
"""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from db.web.tabular import KINDS, About, Ending

MOST_ROWS = 100_000
MOST_BYTES = 256 * 1024 * 1024
LONGEST_SECONDS = 60.0
_CHUNK = 500
_LIMIT = re.compile(r"\s+limit \d+( offset \d+)?\s*$")
_OWN_LIMIT = re.compile(r"\blimit\s+(\d+)\s*;?\s*$", re.IGNORECASE)
_OFTEN = 20_000  # steps of SQLite between two looks at the clock
_OF_PAGES = frozenset({"_next", "_size", "_shape", "_nl", "_columns", "_dl", "_stream", "_header", "_trace", "_ttl"})
_LABELS = {"csv": "CSV", "json": "JSON", "ndjson": "NDJSON", "xlsx": "spreadsheet"}
_NARROW = "a file holds no more: narrow the question, or take the whole database"
Labels = Callable[[str, Sequence[Any]], Awaitable[Mapping[tuple[str, Any], Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one file holds at most, and how long it may take to read."""

    rows: int = MOST_ROWS
    bytes: int = MOST_BYTES
    seconds: float = LONGEST_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is read: SQL without a limit and its values, and the columns whose labels stand beside their values.

    ``wanted`` is how many rows were asked for; ``None``: all.
    """

    sql: str
    values: Mapping[str, Any]
    columns: tuple[str, ...]
    labelled: tuple[str, ...] = ()
    wanted: int | None = None

    @property
    def own_limit(self) -> int | None:
        """How many rows the SQL itself gives at most, where it says so at its end."""
        found = _OWN_LIMIT.search(self.sql)
        return int(found[1]) if found else None

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of the file."""
        told = ((name, f"{name}_label") if name in self.labelled else (name,) for name in self.columns)
        return tuple(name for names in told for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One way to take rows along."""

    label: str
    href: str


class Reading:
    """The rows of a query, some at a time, from one state of the database; ``cut`` says why there are no more."""

    def __init__(self, connection: sqlite3.Connection, query: Query, limits: Limits) -> None:
        self._most = limits.rows if query.wanted is None else min(limits.rows, query.wanted)
        self._why = _NARROW if query.wanted is None or query.wanted > limits.rows else "no more were asked for"
        self._seconds = limits.seconds
        end = time.monotonic() + limits.seconds
        self.cut, self.rows = "", 0
        connection.set_progress_handler(lambda: time.monotonic() > end, _OFTEN)
        self._cursor = connection.execute(query.sql, dict(query.values))

    def some(self) -> list[tuple[Any, ...]]:
        """The next rows; none where there are no more, or no more may be read."""
        if self.cut:
            return []
        try:
            found = [tuple(row) for row in self._cursor.fetchmany(min(_CHUNK, self._most - self.rows + 1))]
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            self.stop(f"the rest took longer than {self._seconds:g} seconds to read")
            return []
        self.rows += len(found)
        if self.rows > self._most:
            self.rows = self._most
            self.stop(self._why)
            found.pop()
        return found

    def stop(self, why: str, *, without: int = 0) -> None:
        """Read no more, and count the last rows out that came ``without`` being wanted."""
        self.rows -= without
        self.cut = f"only the first {self.rows:,} row{'' if self.rows == 1 else 's'}; {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes files of rows: how the database is opened, how labels are found, and the limits."""

    connect: Callable[[], sqlite3.Connection]
    labels: Labels
    limits: Limits

    async def make(self, query: Query, path: Path, kind: str, about: About) -> Ending:
        """Write the rows of ``query`` to ``path`` as a file of ``kind``; how many there are, and whether that is all.

        Raises:
            sqlite3.OperationalError: the rows cannot be read; ``interrupted`` where none came in time.
        """
        with closing(await asyncio.to_thread(self.connect)) as connection:
            limits = replace(self.limits, rows=min(self.limits.rows, KINDS[kind].most_rows))
            reading = await asyncio.to_thread(Reading, connection, query, limits)
            file = KINDS[kind].make(path, query.headings, about)
            while rows := await asyncio.to_thread(reading.some):
                if file.size() > self.limits.bytes:
                    reading.stop(f"a file takes no more than about {self.limits.bytes >> 20} MB", without=len(rows))
                    break
                await asyncio.to_thread(file.write, await self._with_labels(query, rows))
            if not reading.cut and reading.rows == query.own_limit:
                reading.stop("the question itself asks for no more")
            ending = Ending(rows=reading.rows, cut=reading.cut)
            await asyncio.to_thread(file.close, ending)
        return ending

    async def _with_labels(self, query: Query, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not query.labelled:
            return rows
        known: dict[tuple[str, Any], Any] = {}
        for name in query.labelled:
            known.update(await self.labels(name, [row[query.columns.index(name)] for row in rows]))
        return [tuple(_beside(zip(query.columns, row, strict=True), query.labelled, known)) for row in rows]


def unlimited(sql: str) -> str:
    """The SQL of a page of a table without the limit of that page."""
    return _LIMIT.sub("", sql)


def links(path: str) -> tuple[Link, ...]:
    """Every way to take along the rows at ``path``: a table or query and its filters, whatever page of it was shown."""
    place, _, query = path.partition("?")
    kept = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not _is_of_page(key)]
    return tuple(
        Link(label=label, href=f"{place}.{kind}{_asked([*kept, *([('_stream', 'on')] if kind == 'json' else [])])}")
        for kind, label in _LABELS.items()
    )


def filename(name: str, kind: str, ending: Ending) -> str:
    """What a file is called, which says where it is cut."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "rows"
    return f"deserters-{plain}{f'-CUT-first-{ending.rows}-rows' if ending.cut else ''}.{kind}"


def _beside(
    row: Iterable[tuple[str, Any]], labelled: Sequence[str], known: Mapping[tuple[str, Any], Any]
) -> Iterator[Any]:
    """The values of a row, with the label behind each that has one."""
    for name, value in row:
        yield value
        if name in labelled:
            yield known.get((name, value), "")


def _is_of_page(key: str) -> bool:
    return key in _OF_PAGES or key.startswith("_facet")


def _asked(query: list[tuple[str, str]]) -> str:
    return f"?{urlencode(query)}" if query else ""
