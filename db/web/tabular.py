"""Rows in, one file of them out: CSV, JSON, NDJSON or a spreadsheet; each says in itself where it is cut."""

import base64
import csv
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # ships no types

LONGEST_CELL = 32_767  # characters that a cell of a spreadsheet holds
MOST_SHEET_ROWS = 1_048_574  # that a sheet holds beside its heading and a line that says where it is cut
_NUMBER = 12  # bytes that a number takes, about
_EXACT = 2**53  # whole numbers beyond are not kept exactly by spreadsheets
_WIDE, _NARROW = 38, 14  # width of columns in characters
_LONG = frozenset({"title", "text", "quote", "lead", "why", "url", "canonical_url", "description", "told", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a file says of itself: what it holds, from which address, when, under which terms, and its columns."""

    title: str
    address: str
    made_at: str
    terms: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How many rows a file holds, and why it holds no more; ``cut`` is empty where it is whole."""

    rows: int
    cut: str = ""


class Sheet(Protocol):
    """A file that takes rows and then its ending."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some more rows."""

    def close(self, ending: Ending) -> None:
        """Finish the file."""

    def size(self) -> int:
        """Bytes written so far, as far as that is known."""


class _Text:
    """A file of UTF-8 text."""

    def __init__(self, path: Path, columns: Sequence[str], about: About) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._columns, self._about = list(columns), about

    def size(self) -> int:
        """Bytes written so far."""
        return self._stream.tell()


class CsvFile(_Text):
    """RFC 4180; a cut file ends with a record whose first field says so and whose other fields are empty."""

    def __init__(self, path: Path, columns: Sequence[str], about: About) -> None:
        super().__init__(path, columns, about)
        self._writer = csv.writer(self._stream)
        self._writer.writerow(self._columns)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some more rows."""
        self._writer.writerows([_plain(value) for value in row] for row in rows)

    def close(self, ending: Ending) -> None:
        """Say where the rows are cut, if they are."""
        if ending.cut:
            self._writer.writerow([f"CUT: {ending.cut}", *[""] * (len(self._columns) - 1)])
        self._stream.close()


class NdjsonFile(_Text):
    """One JSON object a line; a cut file ends with an object that has no column, only ``_cut`` and ``_rows``."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some more rows."""
        for row in rows:
            self._stream.write(_object(self._columns, row) + "\n")

    def close(self, ending: Ending) -> None:
        """Say where the rows are cut, if they are."""
        if ending.cut:
            self._stream.write(json.dumps({"_cut": ending.cut, "_rows": ending.rows}, ensure_ascii=False) + "\n")
        self._stream.close()


class JsonFile(_Text):
    """One JSON object: what the file is, ``rows``, and at its end ``count``, ``truncated`` and ``cut``."""

    def __init__(self, path: Path, columns: Sequence[str], about: About) -> None:
        super().__init__(path, columns, about)
        told = {"title": about.title, "address": about.address, "made_at": about.made_at, "terms": about.terms}
        head = json.dumps({**told, "columns": self._columns}, ensure_ascii=False)
        self._stream.write(f'{head[:-1]}, "rows": [')
        self._first = True

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some more rows."""
        for row in rows:
            self._stream.write(("\n" if self._first else ",\n") + _object(self._columns, row))
            self._first = False

    def close(self, ending: Ending) -> None:
        """Say how many rows there are and whether these are all."""
        told = {"count": ending.rows, "truncated": bool(ending.cut), "cut": ending.cut or None}
        self._stream.write(f"\n], {json.dumps(told, ensure_ascii=False)[1:]}\n")
        self._stream.close()


class XlsxFile:
    """A spreadsheet: the rows, with their heading kept in view, and a sheet that says what they are.

    No text of a row becomes a formula or a link. XlsxWriter keeps one row in memory at a time.
    """

    def __init__(self, path: Path, columns: Sequence[str], about: About) -> None:
        options = {
            "constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False,
            "strings_to_urls": False, "strings_to_numbers": False,
        }  # fmt: skip
        self._book = Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._columns, self._about = list(columns), about
        self._rows, self._next, self._long, self._bytes = self._book.add_worksheet("Rows"), 1, 0, 0
        self._rows.freeze_panes(1, 0)
        for at, name in enumerate(self._columns):
            self._rows.set_column(at, at, _WIDE if name in _LONG else _NARROW)
            self._rows.write_string(0, at, name, self._bold)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some more rows."""
        for row in rows:
            for at, value in enumerate(row):
                self._cell(at, value)
            self._next += 1

    def close(self, ending: Ending) -> None:
        """Say where the rows are cut, if they are, and write the second sheet."""
        if ending.cut:
            self._rows.write_string(self._next, 0, f"CUT: {ending.cut}", self._bold)
        self._rows.autofilter(0, 0, max(1, ending.rows), max(0, len(self._columns) - 1))
        self._tell(ending)
        self._book.close()

    def size(self) -> int:
        """Bytes taken so far, about."""
        return self._bytes

    def _cell(self, at: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, int | float) and math.isfinite(value) and abs(value) < _EXACT:
            self._rows.write_number(self._next, at, value)
            self._bytes += _NUMBER
            return
        text = str(_plain(value))
        self._long += len(text) > LONGEST_CELL
        self._bytes += len(text)
        self._rows.write_string(self._next, at, text[:LONGEST_CELL])

    def _tell(self, ending: Ending) -> None:
        sheet = self._book.add_worksheet("About")
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 100)
        lines = [
            ("What this is", self._about.title),
            ("Address", self._about.address),
            ("Made at", self._about.made_at),
            ("Rows", f"{ending.rows:,}"),
            ("Whole", f"No. CUT: {ending.cut}" if ending.cut else "Yes, these are all rows."),
            ("Terms", self._about.terms),
        ]
        if self._long:
            told = f"{self._long:,} texts are longer than the {LONGEST_CELL:,} characters that a cell holds"
            lines.append(("Long texts", f"{told}, and end there. The CSV has them whole."))
        lines += [("", ""), ("Column", "What it holds")]
        lines += [(name, self._about.columns.get(name, "")) for name in self._columns]
        for at, (name, text) in enumerate(lines):
            sheet.write_string(at, 0, name, self._bold)
            sheet.write_string(at, 1, text[:LONGEST_CELL], self._wrapped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file: how one is begun, its media type, and how many rows it can have."""

    make: Callable[[Path, Sequence[str], About], Sheet]
    media_type: str
    most_rows: int = sys.maxsize


KINDS: dict[str, Kind] = {
    "csv": Kind(make=CsvFile, media_type="text/csv; charset=utf-8"),
    "json": Kind(make=JsonFile, media_type="application/json; charset=utf-8"),
    "ndjson": Kind(make=NdjsonFile, media_type="application/x-ndjson; charset=utf-8"),
    "xlsx": Kind(make=XlsxFile, media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _object(columns: Sequence[str], row: Sequence[Any]) -> str:
    return json.dumps(dict(zip(columns, map(_json, row), strict=True)), ensure_ascii=False)


def _json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _plain(value)


def _plain(value: Any) -> Any:
    return f"base64:{base64.b64encode(value).decode()}" if isinstance(value, bytes) else value
