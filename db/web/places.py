"""What reports say of countries: a Datasette database and a year in, tallies and a coloured map out."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.countries import NAMED, SURE
from db.web import names, outlines
from db.web.keeping import keeper

COLUMNS: Mapping[str, str] = {
    "granted": "asylum-granted", "refused": "asylum-refused", "deported": "deported", "extradited": "extradited",
    "abducted": "abducted", "returned": "returned",
}  # fmt: skip
SORTS = ("country", "reports", "originals", *COLUMNS)
TONES = 5  # shades of the map
_ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
DAY = "coalesce(a.published_at, a.first_seen)"
OF_YEAR = f" AND {DAY} >= :first AND {DAY} < :last"
_NAMED = (
    "SELECT m.country, count(DISTINCT m.report) AS reports, "  # noqa: S608  # constants
    f"count(DISTINCT coalesce(p.original, m.report)) AS originals FROM ({NAMED}) m {{dated}}"
    "LEFT JOIN placements p ON p.report = m.report WHERE m.country <> ''{year} GROUP BY m.country"
)
_DECIDED = (
    "SELECT d.country, d.kind, count(DISTINCT coalesce(p.original, d.report)) AS originals FROM decisions d {dated}"  # noqa: S608  # constants
    f"LEFT JOIN placements p ON p.report = d.report WHERE d.certainty >= {SURE} AND d.known_until IS NULL{{year}} "
    "GROUP BY d.country, d.kind"
)
_YEARS = (
    "WITH RECURSIVE years(first) AS (SELECT min(published_at) FROM articles UNION ALL "
    "SELECT (SELECT min(published_at) FROM articles WHERE published_at >= CAST(substr(first, 1, 4) + 1 AS TEXT)) "
    "FROM years WHERE first IS NOT NULL) SELECT substr(first, 1, 4) AS year FROM years WHERE first IS NOT NULL "
    "UNION SELECT substr(first_seen, 1, 4) FROM articles WHERE published_at IS NULL ORDER BY year DESC"
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """A country in numbers: reports that name it, the originals among them, and decisions by kind, in originals."""

    code: str
    reports: int = 0
    originals: int = 0
    decided: dict[str, int] = field(default_factory=dict)

    def number(self, column: str) -> int:
        """The number in one of the columns."""
        if column in COLUMNS:
            return self.decided.get(COLUMNS[column], 0)
        return self.originals if column == "originals" else self.reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A shade of the map and the numbers of reports that have it; ``last`` is 0 where it has no end."""

    tone: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inked:
    """A country on a map: its outline, its shade (0 where no report names it), and what it says."""

    shape: outlines.Shape
    tone: int
    reports: int
    originals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A drawing and its countries, those that no report names first, so that no border hides the others' edge."""

    drawing: outlines.Drawing
    countries: tuple[Inked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """All countries that reports name or tell a decision of, in the order asked for."""

    tallies: tuple[Tally, ...]
    elsewhere: Tally | None
    ranges: tuple[Range, ...]
    maps: tuple[Map, ...]


async def years(database: Any) -> tuple[str, ...]:
    """The years in which reports were published, or first seen where they carry no date; the newest first."""
    return tuple(row["year"] for row in await keeper.rows(database, _YEARS))


async def places(database: Any, year: str, sort: str) -> Places:
    """The tallies of all countries in reports of a ``year``, or of all time where it is empty."""
    tallies: dict[str, Tally] = {}
    named, decided = await asyncio.gather(
        keeper.rows(database, dated(_NAMED, "m", year), of(year)),
        keeper.rows(database, dated(_DECIDED, "d", year), of(year)),
    )
    for row in named:
        tallies[row["country"]] = Tally(code=row["country"], reports=row["reports"], originals=row["originals"])
    for row in decided:
        tally = tallies.setdefault(row["country"], Tally(code=row["country"]))
        tally.decided[row["kind"]] = row["originals"]
    elsewhere = tallies.pop("", None)
    ranges = _ranges([each.reports for each in tallies.values() if each.reports])
    return Places(
        tallies=_sorted(tallies.values(), sort), elsewhere=elsewhere, ranges=ranges,
        maps=tuple(_map(drawing, tallies, ranges) for drawing in (outlines.near(), outlines.world())),
    )  # fmt: skip


def dated(sql: str, table: str, year: str) -> str:
    """A query with its places for a year filled; ``table`` is the letter of the one that names a report."""
    join = f"JOIN articles a ON a.id = {table}.report " if year else ""
    return sql.format(dated=join, year=OF_YEAR if year else "")


def of(year: str) -> dict[str, Any]:
    """The bounds of a year, as a query's values; none where all time is meant."""
    return {"first": year, "last": f"{int(year) + 1:04}"} if year else {}


def _sorted(tallies: Iterable[Tally], sort: str) -> tuple[Tally, ...]:
    by_name = sorted(tallies, key=lambda each: names.country(each.code))
    if sort == "country":
        return tuple(by_name)
    return tuple(sorted(by_name, key=lambda each: (-each.number(sort), -each.reports)))


def _ranges(counts: Collection[int]) -> tuple[Range, ...]:
    """At most ``TONES`` ranges that hold all of ``counts``, with round bounds, each many times the one before."""
    least, most = min(counts, default=1), max(counts, default=0)
    below = [
        each for each, above in zip(_ROUND, (*_ROUND[1:], most + 1), strict=True) if above > least and each <= most
    ]
    step = (len(below) - 1) / (TONES - 1) if len(below) > TONES else 1
    starts = sorted({below[round(step * number)] for number in range(min(TONES, len(below)))})
    ends = [*(start - 1 for start in starts[1:]), *([0] if starts else [])]
    return tuple(
        Range(tone=tone, first=first, last=last)
        for tone, (first, last) in enumerate(zip(starts, ends, strict=True), TONES - len(starts) + 1)
    )


def _map(drawing: outlines.Drawing, tallies: Mapping[str, Tally], ranges: Iterable[Range]) -> Map:
    tones = tuple(ranges)
    inked = []
    for shape in drawing.shapes:
        tally = tallies.get(shape.code, Tally(code=shape.code))
        tone = max((each.tone for each in tones if each.first <= tally.reports), default=0)
        inked.append(Inked(shape=shape, tone=tone, reports=tally.reports, originals=tally.originals))
    inked.sort(key=lambda each: (each.tone > 0, each.shape.is_dot))
    return Map(drawing=drawing, countries=tuple(inked))
