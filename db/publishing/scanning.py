"""A finished database and names that must not be in it in, those that are found in its bytes out."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import hyperscan

from db.publishing.names import slugs

_PIECE = 32 * 1024 * 1024
_AT_ONCE = 2_000  # names that are looked for in one passage
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def held(path: Path, names: Iterable[str]) -> list[str]:
    """The names that stand in the bytes of ``path``: as they are, in capitals, as JSON or addresses write them."""
    wanted = sorted({name for name in names if name.strip()})
    found: set[str] = set()
    for at in range(0, len(wanted), _AT_ONCE):
        found |= _held(path, wanted[at : at + _AT_ONCE])
    return sorted(found)


def told(path: Path, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that a value of the database at ``path`` holds as words of their own, no parts of others."""
    patterns = {
        name: re.compile("|".join(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])" for form in _spellings(name)))
        for name in names
    }
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        return sorted(
            name
            for name, pattern in patterns.items()
            if any(pattern.search(value) for value in _values(connection, _spellings(name)))
        )


def _values(connection: sqlite3.Connection, forms: set[str]) -> Iterator[str]:
    """Every text in which one of the ``forms`` stands."""
    for (table,) in connection.execute(_TABLES).fetchall():
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        for column in columns:
            sql = f'SELECT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\' AND instr("{column}", ?)'  # noqa: S608  # names are ours
            for form in forms:
                yield from (value for (value,) in connection.execute(sql, [form]))


def _held(path: Path, names: list[str]) -> set[str]:
    spellings = [(number, form) for number, name in enumerate(names) for form in _spellings(name)]
    database = hyperscan.Database()
    database.compile(
        expressions=[_literal(form) for _, form in spellings],
        ids=[number for number, _ in spellings],
        elements=len(spellings),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(spellings),
    )
    found: set[str] = set()

    def note(number: int, *_: Any) -> None:
        found.add(names[number])

    longest, before = max(len(form.encode()) for _, form in spellings), b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            database.scan(before + piece, match_event_handler=note)
            before = (before + piece)[-longest:]
    return found


def _spellings(name: str) -> set[str]:
    return {name, name.upper(), json.dumps(name)[1:-1], quote(name), quote_plus(name), *slugs(name)}


def _literal(form: str) -> bytes:
    return b"".join(rb"\x%02x" % byte for byte in form.encode())
