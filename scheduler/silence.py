"""A span of days in, what was watched in it out: so that "we found nothing" can be cited."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.errors import ConfigurationError
from db import queries
from db.model import Source
from db.queries import history
from db.queries.history import Visited

_NO_TROUBLE = frozenset({"", "stale-feed", "damaged-feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSilence:
    """How one source was watched: days asked, days in trouble with what it was, days not asked, pages and reports."""

    id: str
    name: str
    asked: tuple[date, ...]
    trouble: tuple[tuple[date, str], ...]
    missed: tuple[date, ...]
    pages: int
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What was watched from ``since`` to ``until``, both included (UTC); ``snapshot`` is a digest of all reports held.

    ``terms`` are the versions of the topic by which runs in the span judged.
    """

    since: date
    until: date
    sources: tuple[SourceSilence, ...]
    languages: tuple[str, ...]
    runs: int
    terms: tuple[str, ...]
    held: int
    snapshot: str

    @property
    def days(self) -> int:
        """The days of the span."""
        return (self.until - self.since).days + 1


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
    chosen = [
        one for one in sources if (not language or language in one.languages) and (not source or one.id == source)
    ]
    if source and not chosen:
        raise ConfigurationError(f"--source {source}: is not on the watch list, or not in that language")
    start, end = _midnight(since), _midnight(until + timedelta(days=1))
    visits: dict[str, list[Visited]] = {}
    for visit in history.visits(path, start, end):
        visits.setdefault(visit.source, []).append(visit)
    read = history.pages_read(path, start, end)
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    watched = [one for one in chosen if one.enabled or one.id in visits]
    keys = queries.report_keys(path, language, source)
    return Silence(
        since=since, until=until, languages=tuple(sorted({name for one in watched for name in one.languages})),
        sources=tuple(_of(one, visits.get(one.id, []), read.get(one.id, history.Read()), days) for one in watched),
        runs=queries.runs_between(path, start, end), terms=queries.terms_between(path, start, end),
        held=len(keys), snapshot=hashlib.sha256("\n".join(keys).encode()).hexdigest(),
    )  # fmt: skip


def _of(source: Source, visits: Sequence[Visited], read: history.Read, span: Sequence[date]) -> SourceSilence:
    by_day: dict[date, list[Visited]] = {}
    for visit in visits:
        by_day.setdefault(visit.at.date(), []).append(visit)
    blind = {day: found for day, told in by_day.items() if (found := _trouble(told))}
    return SourceSilence(
        id=source.id, name=source.name, asked=tuple(sorted(by_day)), trouble=tuple(sorted(blind.items())),
        missed=tuple(day for day in span if day not in by_day), pages=read.pages, reports=read.reports,
    )  # fmt: skip


def _trouble(visits: Sequence[Visited]) -> str:
    """What kept a source from being seen on a day: the trouble of its channels, where none of them was well."""
    if any(visit.trouble in _NO_TROUBLE for visit in visits):
        return ""
    return visits[-1].trouble


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order as runs of days that follow each other."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
