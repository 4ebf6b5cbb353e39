"""How sources have done: the database in, visits, days, samples and sightings out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from db import rows
from db.model import Sample, SourceDay
from db.queries.reading import reading

_KINDS = {"feed": "own", "sitemap": "own", "frontpage": "own", "gdelt": "gdelt", "telegram": "telegram"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One visit to a channel, as it was written down."""

    channel: str
    source: str
    at: datetime
    status: int
    trouble: str
    entries: int
    new_entries: int

    @property
    def answered(self) -> bool:
        """Whether the channel gave something, or said that nothing has changed."""
        return self.status in {200, 304} and not self.trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How many pages of a source were read in a span, and how many of them are reports."""

    pages: int = 0
    reports: int = 0


def visits(path: Path, since: datetime, until: datetime | None = None) -> list[Visited]:
    """Every visit to a channel of a watch list file in a span, in order of time."""
    sql = (
        "SELECT channel, source, at, status, trouble, entries, new_entries FROM visits "
        "WHERE at >= ? AND at < ? ORDER BY at, channel"
    )
    with reading(path) as connection:
        found = connection.execute(sql, [rows.stamp(since), rows.stamp(until) if until else "9999"]).fetchall()
    return [Visited(**{**dict(row), "at": datetime.fromisoformat(row["at"])}) for row in found]


def pages_read(path: Path, since: datetime, until: datetime | None = None) -> dict[str, Read]:
    """Pages judged in a span, and reports among them, by source."""
    sql = (
        "SELECT source, count(*) AS pages, sum(outcome='report') AS reports FROM pages "
        "WHERE judged_at >= ? AND judged_at < ? AND outcome != 'failed' GROUP BY source"
    )
    with reading(path) as connection:
        found = connection.execute(sql, [rows.stamp(since), rows.stamp(until) if until else "9999"]).fetchall()
    return {row["source"]: Read(pages=row["pages"], reports=row["reports"]) for row in found}


def samples(path: Path, since: datetime) -> dict[str, list[Sample]]:
    """How pages read, by source, in order of time."""
    sql = "SELECT source, page, at, characters, dated, authored FROM samples WHERE at >= ? ORDER BY source, at, page"
    found: dict[str, list[Sample]] = {}
    with reading(path) as connection:
        for row in connection.execute(sql, [rows.stamp(since)]):
            sample = Sample(
                source=row["source"], page=row["page"], at=datetime.fromisoformat(row["at"]),
                characters=row["characters"], dated=bool(row["dated"]), authored=bool(row["authored"]),
            )  # fmt: skip
            found.setdefault(sample.source, []).append(sample)
    return found


def days(path: Path, since: date, until: date | None = None) -> list[SourceDay]:
    """How sources did, day by day."""
    sql = "SELECT * FROM source_days WHERE day >= ? AND day <= ? ORDER BY day, source"
    with reading(path) as connection:
        found = connection.execute(sql, [since.isoformat(), until.isoformat() if until else "9999"]).fetchall()
    return [SourceDay(**{**dict(row), "day": date.fromisoformat(row["day"])}) for row in found]


def sighted(path: Path, months: Iterable[str]) -> dict[tuple[str, str], dict[frozenset[str], int]]:
    """How many reports of a language and month (of publication) were sighted by exactly which ways.

    Own feeds, sitemaps and front pages are one way, GDELT one, and links in Telegram posts one. A post itself can be
    sighted by one way only, and is left out; so is what a search engine of a topic brought.
    """
    sql = (
        "SELECT report, articles.language AS language, "
        "substr(coalesce(published_at, articles.first_seen), 1, 7) AS month, "
        "group_concat(DISTINCT coalesce(channels.kind, '')) AS kinds FROM sightings "
        "JOIN pages ON pages.key = sightings.page JOIN articles ON articles.id = pages.report "
        "JOIN channels ON channels.url = sightings.channel "
        "WHERE articles.extractor != 'post' AND month >= ? AND month <= ? GROUP BY report"
    )
    wanted = sorted(months)
    found: dict[tuple[str, str], dict[frozenset[str], int]] = {}
    if not wanted:
        return found
    with reading(path) as connection:
        for row in connection.execute(sql, [wanted[0], wanted[-1]]):
            ways = frozenset(_KINDS[kind] for kind in row["kinds"].split(",") if kind in _KINDS)
            counts = found.setdefault((row["language"], row["month"]), {})
            if ways:
                counts[ways] = counts.get(ways, 0) + 1
    return found
