"""Names of columns in, the data dictionary's line on each out: of a table, a ready-made question, any SQL."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_TABLE = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)', re.IGNORECASE)


def of_table(told: Mapping[str, Any], table: str, columns: Iterable[str]) -> dict[str, str]:
    """The lines of the columns of ``table``; ``told`` is what the metadata says of the database."""
    lines = _of(told, table)
    return {column: lines[column] for column in columns if lines.get(column)}


def of_query(told: Mapping[str, Any], sql: str, columns: Iterable[str], own: Mapping[str, str]) -> dict[str, str]:
    """The lines of what a query gives.

    A line of the question itself comes first (``own``), then that of the first table in its SQL with such a column,
    then that of what several questions compute.
    """
    tables = [_of(told, name) for name in _TABLE.findall(sql)]
    sources = (own, *tables, told.get("computed_columns") or {})
    found = {column: next((lines[column] for lines in sources if lines.get(column)), "") for column in columns}
    return {column: line for column, line in found.items() if line}


def _of(told: Mapping[str, Any], table: str) -> Mapping[str, str]:
    return ((told.get("tables") or {}).get(table) or {}).get("columns") or {}
