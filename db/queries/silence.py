"""A span of days and sources in, what was watched in it out: so that "we found nothing" can be cited."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from db import queries
from db.model import HARMLESS, Source, SourceKind
from db.queries import history
from db.queries.history import Visited
from db.queries.reading import reading


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
class Fault:
    """Sources that were blind on the same days: ``what`` names the trouble, and is empty where they were not asked."""

    what: str
    days: tuple[date, ...]
    sources: tuple[str, ...]

    @property
    def spans(self) -> list[tuple[date, date]]:
        """Its days as runs of days that follow each other."""
        return spans(self.days)


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

    @property
    def whole(self) -> int:
        """How many sources were watched on every day without trouble."""
        return sum(not one.trouble and not one.missed for one in self.sources)

    @property
    def pages(self) -> int:
        """Pages that were read."""
        return sum(one.pages for one in self.sources)

    @property
    def reports(self) -> int:
        """Those of them that are reports."""
        return sum(one.reports for one in self.sources)

    @property
    def faults(self) -> list[Fault]:
        """Each span of days in which the same sources were in the same trouble, or were not asked."""
        groups: dict[tuple[str, tuple[date, ...]], list[str]] = {}
        for one in self.sources:
            for what in sorted({what for _, what in one.trouble}):
                days = tuple(day for day, found in one.trouble if found == what)
                groups.setdefault((what, days), []).append(one.id)
            if one.missed:
                groups.setdefault(("", one.missed), []).append(one.id)
        return [Fault(what=what, days=days, sources=tuple(names)) for (what, days), names in groups.items()]


def look(
    path: Path, span: tuple[date, date], sources: Iterable[Source], *, language: str = "", source: str = ""
) -> Silence:
    """What the database at ``path`` says of the watch in a span of which the first day is not after the last.

    Of ``sources`` those count that were enabled or asked; ``language`` and ``source`` narrow the reports held.
    """
    since, until = span
    start, end = _midnight(since), _midnight(until + timedelta(days=1))
    visits: dict[str, list[Visited]] = {}
    for visit in history.visits(path, start, end):
        visits.setdefault(visit.source, []).append(visit)
    read = history.pages_read(path, start, end)
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    watched = [one for one in chosen(sources, language, source) if one.enabled or one.id in visits]
    keys = queries.report_keys(path, language, source)
    return Silence(
        since=since, until=until, languages=tuple(sorted({name for one in watched for name in one.languages})),
        sources=tuple(_of(one, visits.get(one.id, []), read.get(one.id, history.Read()), days) for one in watched),
        runs=queries.runs_between(path, start, end), terms=queries.terms_between(path, start, end),
        held=len(keys), snapshot=hashlib.sha256("\n".join(keys).encode()).hexdigest(),
    )  # fmt: skip


def chosen(sources: Iterable[Source], language: str, source: str) -> list[Source]:
    """Those of ``sources`` that publish in a language, or the one of that id; all where neither is asked for."""
    return [one for one in sources if (not language or language in one.languages) and (not source or one.id == source)]


def known_sources(path: Path) -> list[Source]:
    """The watch list as the last crawl wrote it down; sources that left it are not enabled."""
    sql = "SELECT * FROM sources WHERE watched = 1 ORDER BY id"
    with reading(path) as connection:
        return [
            Source(
                id=row["id"], name=row["name"], homepage=row["homepage"], country=row["country"],
                languages=tuple(json.loads(row["languages"])), kind=SourceKind(row["kind"]), channels=(),
                enabled=bool(row["enabled"]), reason=row["reason"],
            )
            for row in connection.execute(sql)
        ]  # fmt: skip


def spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order as runs of days that follow each other."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


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
    if any(visit.trouble in HARMLESS for visit in visits):
        return ""
    return visits[-1].trouble


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
