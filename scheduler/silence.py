"""A span of days and the watch list in, what was watched in it out, or what is wrong with the question."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from crawler.errors import ConfigurationError
from db.model import Source
from db.queries import silence
from db.queries.silence import Fault, Silence, spans

__all__ = ["Fault", "Silence", "look", "spans", "watched"]


def watched(path: Path) -> list[Source]:
    """The watch list as the last crawl of the database at ``path`` knew it; empty where there is none."""
    return silence.known_sources(path) if path.exists() else []


def look(
    path: Path, span: tuple[date, date], sources: Iterable[Source], *, language: str = "", source: str = ""
) -> Silence:
    """What the database at ``path`` says of the watch in a span, for the sources of a language or one of them.

    Raises:
        ConfigurationError: the span ends before it begins, there is no database, or no such source.
    """
    since, until = span
    if until < since:
        raise ConfigurationError(f"--to {until}: lies before --from {since}")
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no database; crawl first, or name one with --db")
    known = list(sources)
    if source and not silence.chosen(known, language, source):
        raise ConfigurationError(f"--source {source}: is not on the watch list, or not in that language")
    return silence.look(path, span, known, language=language, source=source)
