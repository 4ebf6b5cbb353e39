"""What the page on the site itself shows: the database in, counts, terms of sources and examples to cite out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from db.web import pages
from db.web.pages import rows_of

QUALITY = Path(__file__).with_name("quality.yml")
_TOTALS = """
SELECT (SELECT count(*) FROM sources WHERE enabled = 1 AND watched = 1) AS sources,
    (SELECT count(*) FROM sources WHERE enabled = 0 AND watched = 1) AS resting,
    (SELECT count(*) FROM articles) AS reports, (SELECT count(*) FROM stories WHERE forward IS NULL) AS stories,
    (SELECT count(*) FROM figures) AS figures, (SELECT count(*) FROM decisions) AS decisions,
    (SELECT count(DISTINCT language) FROM articles) AS languages, (SELECT min(first_seen) FROM articles) AS since,
    (SELECT max(first_seen) FROM articles) AS newest
"""
_BY_KIND = """
SELECT kind AS code, count(*) AS n FROM sources WHERE enabled = 1 AND watched = 1 GROUP BY kind ORDER BY n DESC, kind
"""
_BY_COUNTRY = """
SELECT country AS code, count(*) AS n FROM sources WHERE enabled = 1 AND watched = 1
GROUP BY country ORDER BY n DESC, country
"""
_BY_LANGUAGE = """
SELECT value AS code, count(DISTINCT sources.id) AS n FROM sources, json_each(sources.languages)
WHERE enabled = 1 AND watched = 1 GROUP BY value ORDER BY n DESC, value
"""
_BY_CHANNEL = """
SELECT channels.kind AS code, count(*) AS n FROM channels JOIN sources ON sources.id = source
WHERE enabled = 1 AND watched = 1 GROUP BY channels.kind ORDER BY n DESC, channels.kind
"""
_TERMS = (
    "SELECT id, name, country, terms, full_text FROM sources WHERE watched = 1 AND (terms <> '' OR full_text = 1) "
    "ORDER BY name COLLATE NOCASE, id"
)
_SILENT = "SELECT count(*) AS n FROM sources WHERE watched = 1 AND terms = '' AND full_text = 0"
_NEWEST = "SELECT id FROM articles ORDER BY id DESC LIMIT 1"
_FIGURE = (
    'SELECT figures.report, start, "end", quote, a.title, a.published_at, a.first_seen, a.language, a.url, '
    "s.name AS source_name FROM figures JOIN articles a ON a.id = figures.report JOIN sources s ON s.id = a.source "
    "WHERE known_until IS NULL ORDER BY figures.id DESC LIMIT 1"
)
_STORY = (
    "SELECT id, title, reports, origins, coalesce((SELECT min(at) FROM timeline WHERE story = stories.id), first_seen) "
    "AS begins, newest FROM stories INDEXED BY stories_newest WHERE forward IS NULL AND reports > 0 "
    "ORDER BY newest DESC, id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of quality: what was measured, on what, and where in the project's documents it stands."""

    what: str
    basis: str
    value: str
    document: str
    section: str
    row: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A group of figures of quality under one heading."""

    part: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What the examples of citing are made of; each is empty where the database has none."""

    report: pages.Report | None
    figure: Mapping[str, Any] | None
    story: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the page shows: totals, watched sources by kind, country, language and channel, terms, examples."""

    totals: Mapping[str, Any]
    kinds: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    terms: tuple[Mapping[str, Any], ...]
    without_terms: int
    cited: Cited


async def about(database: Any) -> About:
    """All that the page shows of the database as it is now."""
    return About(
        totals=(await rows_of(database, _TOTALS))[0],
        kinds=await _counts(database, _BY_KIND),
        countries=await _counts(database, _BY_COUNTRY),
        languages=await _counts(database, _BY_LANGUAGE),
        channels=await _counts(database, _BY_CHANNEL),
        terms=tuple(await rows_of(database, _TERMS)),
        without_terms=(await rows_of(database, _SILENT))[0]["n"],
        cited=await _cited(database),
    )


@cache
def quality() -> tuple[Part, ...]:
    """The measured figures that the package carries."""
    read = yaml.safe_load(QUALITY.read_text(encoding="utf-8"))
    return tuple(
        Part(
            part=told["part"], figures=tuple(Figure(**{**each, "row": tuple(each["row"])}) for each in told["figures"])
        )
        for told in read
    )


def measured() -> dict[str, str]:
    """The values of these figures by the place where they stand, such as ``own figures/decisions/recall``."""
    return {"/".join((*each.row, each.column)): each.value for part in quality() for each in part.figures}


async def _cited(database: Any) -> Cited:
    newest = await rows_of(database, _NEWEST)
    figures, stories = await rows_of(database, _FIGURE), await rows_of(database, _STORY)
    return Cited(
        report=await pages.report(database, newest[0]["id"]) if newest else None,
        figure=figures[0] if figures else None,
        story=stories[0] if stories else None,
    )


async def _counts(database: Any, sql: str) -> tuple[tuple[str, int], ...]:
    return tuple((row["code"], row["n"]) for row in await rows_of(database, sql))
