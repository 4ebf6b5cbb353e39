"""The live schema and ``datasette-metadata.yml`` in, ``docs/data-dictionary.md`` out, so that neither can rot alone.

``python -m db.web.dictionary`` shows it, ``--write`` writes it.
"""

import argparse
import sys
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from db.schema import migrate
from db.web import metadata

DOCUMENT = metadata.find().parent / "docs" / "data-dictionary.md"
_BOOKKEEPING = ("sqlite_", "_sqlite_migrations", "lemmas", "indexed", "versions")
_QUESTIONS = (
    "Each is a page of the site, `/deserters/` and its name; `.json` or `.csv` at its end gives its rows. Under a "
    "question stand the columns that mean something of their own there; others mean what they mean in their tables."
)
_COMPUTED = "Columns that several questions compute"
_INTRODUCTION = """# Data dictionary

One SQLite file holds all that the watch knows. Query `reports` first; the other tables say how it came to be. Times
are UTC in ISO 8601 (`2026-03-01T09:30:00+00:00`, so they sort as text), languages ISO 639-1, countries ISO 3166-1
alpha-2 in lower case, lists and objects JSON. Columns whose type ends in `?` may be NULL.

This file is made from the schema and `datasette-metadata.yml`: `python -m db.web.dictionary --write`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as the schema has it: ``refers_to`` is ``table.column``, or empty."""

    name: str
    type: str
    nullable: bool
    refers_to: str


def schema() -> dict[str, tuple[Column, ...]]:
    """Columns of every table and view that people meet, as a fresh database has them."""
    database = Database(memory=True)
    migrate(database)
    names = [*database.view_names(), *database.table_names()]
    return {name: _columns(database, name) for name in names if not name.startswith(_BOOKKEEPING)}


def missing(tables: dict[str, tuple[Column, ...]], told: dict[str, dict[str, Any]]) -> list[str]:
    """What the metadata does not describe, and what it describes though it is not there; ``table.column``."""
    faults = [name for name in tables if not told.get(name, {}).get("description")]
    for name, columns in tables.items():
        described = set(told.get(name, {}).get("columns", {}))
        faults += [f"{name}.{column}" for column in sorted({column.name for column in columns} ^ described)]
    return faults + [name for name in told if name not in tables and not name.startswith(_BOOKKEEPING)]


def document() -> str:
    """The whole data dictionary as Markdown."""
    told = metadata.load()
    tables, described = schema(), metadata.tables(told)
    order = [name for name in described if name in tables]
    parts = [_INTRODUCTION, *(_section(name, tables[name], described[name]) for name in order)]
    return "\n".join([*parts, _queries(metadata.queries(told)), _computed(metadata.computed_columns(told))])


def main(arguments: list[str] | None = None) -> None:
    """Show the dictionary, or write it to ``docs``."""
    parser = argparse.ArgumentParser(prog="python -m db.web.dictionary", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help=f"write docs/{DOCUMENT.name}")
    if parser.parse_args(arguments).write:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        sys.stdout.write(document())


def _columns(database: Database, table: str) -> tuple[Column, ...]:
    found = database.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', [table]).fetchall()
    links = database.execute('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', [table]).fetchall()
    targets = {own: f"{other}.{column or 'id'}" for own, other, column in links}
    is_view = table in database.view_names()
    return tuple(
        Column(
            name=name,
            type=(kind or "text").lower(),
            nullable=not (is_view or notnull or pk),
            refers_to=targets.get(name, ""),
        )
        for name, kind, notnull, pk in found
    )


def _section(name: str, columns: tuple[Column, ...], told: dict[str, Any]) -> str:
    lines = [f"## {name}", "", told["description"].strip(), "", "| column | type | meaning |", "|---|---|---|"]
    for column in columns:
        kind = column.type + ("?" if column.nullable else "")
        link = f" Refers to `{column.refers_to}`." if column.refers_to else ""
        lines.append(f"| `{column.name}` | {kind} | {_cell(told['columns'][column.name])}{link} |")
    return "\n".join([*lines, ""])


def _queries(queries: dict[str, dict[str, Any]]) -> str:
    lines = ["## Ready-made questions", "", _QUESTIONS, ""]
    for name, query in queries.items():
        lines += [f"- `{name}`: {query['title']}. {query['description'].strip()}"]
        lines += [f"  - asked with `{field}`: {asked['hint']}" for field, asked in query.get("asked", {}).items()]
        lines += [f"  - `{column}`: {_cell(line)}" for column, line in query.get("columns", {}).items()]
    return "\n".join([*lines, ""])


def _computed(columns: dict[str, str]) -> str:
    lines = [f"## {_COMPUTED}", "", "| column | meaning |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {_cell(line)} |" for name, line in columns.items()), ""])


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
