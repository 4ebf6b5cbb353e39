"""What someone typed into a search box in, a question out that knows the names of languages and countries."""

from collections.abc import Iterable
from functools import cache

from db import search
from db.web import names


def read(typed: str | None, sources: Iterable[str] = ()) -> search.Question:
    """The question; where ``sources`` (their ids) are given, a filter for another source is told as a trouble."""
    languages, countries = _codes()
    known = search.Known(languages=languages, countries=countries, sources=frozenset(sources))
    return search.parse(typed, known=known)


def fts_query(typed: str | None) -> str:
    """The question in the syntax of FTS5; where nothing that was typed can be looked for, one that finds nothing."""
    question = read(typed)
    return search.NOTHING if question.is_empty else question.match()


@cache
def _codes() -> tuple[dict[str, str], dict[str, str]]:
    told = names.load()
    return tuple({name.lower(): code for code, name in each.items()} for each in (told.languages, told.countries))  # type: ignore[return-value]  # two of them
