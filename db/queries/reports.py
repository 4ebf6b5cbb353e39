"""Texts of kept reports: the database in, those that are wanted out."""

from dataclasses import dataclass
from pathlib import Path

from db.queries.reading import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproposed:
    """A report of which no model has been asked: its number, language and text."""

    id: int
    language: str
    text: str


def unproposed(path: Path, count: int) -> list[Unproposed]:
    """The newest ``count`` reports of which no model has been asked."""
    sql = (
        "SELECT articles.id, language, text FROM articles JOIN texts USING (id) "
        "WHERE articles.id NOT IN (SELECT report FROM proposals) ORDER BY articles.id DESC LIMIT ?"
    )
    with reading(path) as connection:
        return [Unproposed(**dict(row)) for row in connection.execute(sql, [count])]
