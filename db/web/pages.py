"""What the site's own pages show: a Datasette database and a question in, frozen values out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db.model import BLIND, HARMLESS, Place

_CARD = (
    "SELECT a.id, a.title, a.source, s.name AS source_name, s.country, a.language, a.published_at, a.published_from, "
    "a.first_seen, substr(t.text, 1, 600) AS text "
    "FROM articles a JOIN texts t ON t.id = a.id JOIN sources s ON s.id = a.source"
)
_REPORT = (
    "SELECT a.*, t.text, s.name AS source_name, s.country, s.homepage, s.kind AS source_kind "
    "FROM articles a JOIN texts t ON t.id = a.id JOIN sources s ON s.id = a.source WHERE a.id = ?"
)
_FOUND_BY = (
    "SELECT p.url, p.first_seen, p.judged_at, p.run, r.kind FROM pages p LEFT JOIN runs r ON r.id = p.run "
    "WHERE p.report = ? ORDER BY p.judged_at, p.id LIMIT 20"
)
_WAYS = (
    "SELECT c.kind, c.url AS channel, c.source, s.name AS source_name, g.at, g.position FROM pages p "
    "JOIN sightings g ON g.page = p.key JOIN channels c ON c.url = g.channel LEFT JOIN sources s ON s.id = c.source "
    "WHERE p.report = ? ORDER BY g.at, c.url LIMIT 8"
)
_FIGURES_OF = (
    'SELECT start, "end", quote, type, low, high, unit, territory, starts, ends, organisation, speaker, certainty '
    "FROM figures WHERE report = ? AND known_until IS NULL ORDER BY start"
)
_DECISIONS_OF = (
    'SELECT start, "end", quote, kind, country, people, decided_on, decided_by, sentence, certainty FROM decisions '
    "WHERE report = ? AND known_until IS NULL ORDER BY start, kind"
)
_MENTIONS_OF = (
    'SELECT start, "end", quote, kind, name, country, role FROM mentions '
    "WHERE report = ? AND known_until IS NULL ORDER BY start"
)
_SOURCES_OF = (
    "SELECT name, max(origin) AS origin FROM citations WHERE report = ? AND known_until IS NULL "
    "GROUP BY name ORDER BY origin DESC, name"
)
_JUDGED = (  # the newest of its later judgements, where there are any
    "SELECT kept, terms, at, reason, detail, (SELECT count(*) FROM judgements WHERE report = j.report) AS times, "
    "terms IS (SELECT terms FROM runs WHERE terms <> '' ORDER BY id DESC LIMIT 1) AS is_now "
    "FROM judgements j WHERE report = ? ORDER BY id DESC LIMIT 1"
)
_RELATED = (
    "SELECT a.id, a.title, s.name AS source_name, a.language, coalesce(a.published_at, a.first_seen) AS at, "
    "p.relation FROM placements mine JOIN placements p ON p.story = mine.story AND p.report <> mine.report "
    "JOIN articles a ON a.id = p.report JOIN sources s ON s.id = a.source WHERE mine.report = ? "
    "ORDER BY p.original = mine.original DESC, at LIMIT 8"
)
_BLIND = tuple(sorted(each.value for each in BLIND))
_IN_TROUBLE = (  # as the page of sources has it, see watch.py; tuples of words read as lists of SQL
    f"c.parent = '' AND c.health <> 'off' AND (c.health IN {_BLIND} OR c.trouble NOT IN {HARMLESS})"
)
_TOTALS = (
    "SELECT (SELECT coalesce(sum(reports), 0) FROM report_counts) AS reports, "  # noqa: S608  # constants
    "(SELECT count(*) FROM articles WHERE first_seen >= strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-1 day')) AS day, "
    "(SELECT count(*) FROM articles WHERE first_seen >= strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-7 days')) AS week,"
    " (SELECT count(DISTINCT source) FROM report_counts WHERE reports > 0) AS sources, "
    "(SELECT count(DISTINCT language) FROM report_counts WHERE reports > 0) AS languages, "
    f"(SELECT count(DISTINCT source) FROM channels c WHERE {_IN_TROUBLE}) AS in_trouble, "
    "(SELECT count(*) FROM sources WHERE enabled = 1 AND watched = 1) AS watched"
)
_LAST_RUN = "SELECT id, kind, started_at, finished_at, outcome, sources, new_reports FROM runs ORDER BY id DESC LIMIT 1"
_TROUBLES = (
    "SELECT c.source, s.name, c.trouble, c.trouble_since FROM channels c "  # noqa: S608  # a constant
    "JOIN sources s ON s.id = c.source "
    f"WHERE {_IN_TROUBLE} GROUP BY c.source ORDER BY c.trouble_since DESC LIMIT 6"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A report in a list."""

    id: int
    title: str
    source: str
    source_name: str
    country: str
    language: str
    published_at: str | None
    published_from: str
    first_seen: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One address that led to a report, and the run in which it was judged."""

    url: str
    first_seen: str
    judged_at: str
    run: int | None
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel in which a report's link stood, whose it is, and when it was first seen there."""

    kind: str
    channel: str
    source: str
    source_name: str | None
    at: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Card):
    """All that is known of one report."""

    url: str
    canonical_url: str
    authors: tuple[str, ...]
    fetched_at: str
    score: float
    why: str
    reasons: str
    extractor: str
    sha256: str
    homepage: str
    source_kind: str
    place: Place | None
    findings: tuple[Finding, ...]
    ways: tuple[Way, ...]
    judged: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The facts of a report and the reports beside it in its story."""

    figures: tuple[Mapping[str, Any], ...]
    decisions: tuple[Mapping[str, Any], ...]
    mentions: tuple[Mapping[str, Any], ...]
    sources: tuple[Mapping[str, Any], ...]
    related: tuple[Mapping[str, Any], ...]
    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of a small chart; ``share`` is its part of the longest, in percent."""

    code: str
    label: str
    count: int
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What the front page shows."""

    totals: Mapping[str, int]
    last_run: Mapping[str, Any] | None
    troubles: tuple[Mapping[str, Any], ...]
    newest: tuple[Card, ...]
    languages: tuple[Bar, ...]
    sources: tuple[Bar, ...]


async def home(database: Any) -> Home:
    """The front page's numbers, newest ten reports, and the health of the watch."""
    runs = await rows_of(database, _LAST_RUN)
    return Home(
        totals=(await rows_of(database, _TOTALS))[0],
        last_run=runs[0] if runs else None,
        troubles=tuple(await rows_of(database, _TROUBLES)),
        newest=tuple(Card(**row) for row in await rows_of(database, f"{_CARD} ORDER BY a.id DESC LIMIT 10")),
        languages=await _bars(
            database,
            "SELECT language AS code, language AS label, sum(reports) AS n FROM report_counts GROUP BY language "
            "HAVING n > 0",
        ),
        sources=await _bars(
            database,
            "SELECT source AS code, s.name AS label, sum(reports) AS n FROM report_counts "
            "JOIN sources s ON s.id = source GROUP BY source HAVING n > 0",
        ),
    )


async def report(database: Any, number: int) -> Report | None:
    """The report called ``number``, where there is one."""
    rows = await rows_of(database, _REPORT, [number])
    if not rows:
        return None
    row = rows[0]
    wanted = {name: row[name] for name in (*Card.__slots__, *Report.__slots__) if name in row and name != "authors"}
    file, judged = row["archive_file"], await rows_of(database, _JUDGED, [number])
    return Report(
        **wanted,
        authors=listed(row["authors"]),
        place=Place(file=file, offset=row["archive_offset"]) if file else None,
        findings=tuple(Finding(**found) for found in await rows_of(database, _FOUND_BY, [number])),
        ways=tuple(Way(**way) for way in await rows_of(database, _WAYS, [number])),
        judged=judged[0] if judged else None,
    )


async def said(database: Any, number: int) -> Said:
    """What the report called ``number`` says, fact by fact, and what else tells its story."""
    placed = await rows_of(database, "SELECT story FROM placements WHERE report = ?", [number])
    return Said(
        figures=tuple(await rows_of(database, _FIGURES_OF, [number])),
        decisions=tuple(await rows_of(database, _DECISIONS_OF, [number])),
        mentions=tuple(await rows_of(database, _MENTIONS_OF, [number])),
        sources=tuple(await rows_of(database, _SOURCES_OF, [number])),
        related=tuple(await rows_of(database, _RELATED, [number])),
        story=placed[0]["story"] if placed else 0,
    )


async def source_names(database: Any) -> dict[str, tuple[str, str]]:
    """Name and country of every source, by its id."""
    rows = await rows_of(database, "SELECT id, name, country FROM sources")
    return {row["id"]: (row["name"], row["country"]) for row in rows}


def listed(stored: str | None) -> tuple[str, ...]:
    """The JSON list of texts that a column holds; empty where it holds none."""
    try:
        found = json.loads(stored or "[]")
    except ValueError:
        return ()
    return tuple(str(item) for item in found) if isinstance(found, list) else ()


async def _bars(database: Any, sql: str) -> tuple[Bar, ...]:
    rows = await rows_of(database, f"{sql} ORDER BY n DESC, code LIMIT 10")
    longest = max((row["n"] for row in rows), default=1)
    return tuple(
        Bar(code=row["code"], label=row["label"], count=row["n"], share=max(1, row["n"] * 100 // longest))
        for row in rows
    )


async def rows_of(database: Any, sql: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    results = await database.execute(sql, values or [])
    return [dict(row) for row in results.rows]
