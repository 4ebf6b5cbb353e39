"""Publishers that are on no list, and newsrooms that reports go back to: the database in, what is known of each out."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from db.queries.reading import reading

_REPORTS = """
WITH found AS (
    SELECT articles.id, articles.source, language, coalesce(published_at, first_seen) AS at, url,
        coalesce(original, articles.id) = articles.id AS is_original,
        credit <> '' OR EXISTS (
            SELECT 1 FROM citations WHERE report = articles.id AND origin = 1 AND known_until IS NULL
        ) AS goes_back
    FROM sources JOIN articles ON articles.source = sources.id LEFT JOIN placements ON placements.report = articles.id
    WHERE watched = 0 AND articles.id NOT IN (SELECT report FROM doubts)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY source ORDER BY is_original DESC, goes_back, at DESC, id) AS place
    FROM found
)
SELECT sources.id, name, homepage, count(*) AS reports, sum(is_original) AS originals,
    sum(is_original AND NOT goes_back) AS independent, json_group_array(DISTINCT language) AS languages,
    max(at) AS last, max(CASE WHEN place = 1 THEN url END) AS example
FROM ranked JOIN sources ON sources.id = ranked.source
GROUP BY sources.id ORDER BY independent DESC, originals DESC, reports DESC, last DESC, sources.id
"""
_WAYS = """
SELECT DISTINCT articles.source, channels.kind FROM sources JOIN articles ON articles.source = sources.id
    JOIN pages ON pages.report = articles.id JOIN sightings ON page = pages.key JOIN channels ON channels.url = channel
WHERE watched = 0 ORDER BY 1, 2
"""
_CITED = """
SELECT citations.name, count(DISTINCT coalesce(original, citations.report)) AS originals,
    count(DISTINCT citations.report) AS reports, max(citations.report) AS report
FROM citations LEFT JOIN placements ON placements.report = citations.report
WHERE origin = 1 AND known_until IS NULL AND citations.report NOT IN (SELECT report FROM doubts)
GROUP BY citations.name ORDER BY originals DESC, reports DESC, citations.name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A publisher that is not watched, and the reports of it that are kept and not doubted.

    Of these ``originals`` are no copies or versions of earlier reports, and ``independent`` are originals that name
    nobody else as their origin. ``example`` is the address of the newest of the best of them, ``last`` the moment of
    the newest report. ``ways`` are the kinds of channels that listed them; none where they come from archives alone.
    """

    id: str
    name: str
    homepage: str
    reports: int
    originals: int
    independent: int
    languages: tuple[str, ...]
    last: str
    example: str
    ways: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of its reports that are originals."""
        return self.originals / self.reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Somebody whom reports go back to by their own words: in how many originals, how many reports, the newest one."""

    name: str
    originals: int
    reports: int
    report: int


def unwatched(path: Path) -> list[Publisher]:
    """The publishers that gave reports and are not watched, those with most independent originals first."""
    with reading(path) as connection:
        ways: dict[str, list[str]] = {}
        for source, kind in connection.execute(_WAYS):
            ways.setdefault(source, []).append(kind)
        return [_publisher(row, ways.get(row["id"], [])) for row in connection.execute(_REPORTS)]


def cited(path: Path) -> list[Cited]:
    """Whom reports name as their origin, those in most originals first."""
    with reading(path) as connection:
        return [Cited(**dict(row)) for row in connection.execute(_CITED)]


def _publisher(row: sqlite3.Row, ways: list[str]) -> Publisher:
    languages = tuple(sorted(json.loads(row["languages"])))
    return Publisher(**{**dict(row), "languages": languages, "ways": tuple(ways)})
