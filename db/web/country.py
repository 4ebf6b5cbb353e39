"""One country in reports: a Datasette database and a code in, its time, its newest decisions and its company out."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.countries import NAMED, SURE
from db.web import names, stories
from db.web.keeping import keeper
from db.web.pages import rows_of
from db.web.places import DAY, OF_YEAR, dated, of, years

LISTED = 30  # decisions of a page
_STORIES = 8
_ORGANISATIONS = 12
NEWEST = 5000  # reports in which organisations are looked for
_QUARTERS = 4  # years that are still shown by quarters
_WIDEST = 60.0
WIDE, GROUND, HIGH = 720.0, 56.0, 38.0  # of a row of bars: its width, its ground, its highest bar
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PERIOD = {
    "": "''",
    "month": f"substr({DAY}, 1, 7)",
    "quarter": f"substr({DAY}, 1, 4) || '-' || ((CAST(substr({DAY}, 6, 2) AS INTEGER) + 2) / 3)",
    "year": f"substr({DAY}, 1, 4)",
}
_NAMED = (
    "SELECT '' AS kind, {period} AS period, count(DISTINCT m.report) AS count, "  # noqa: S608  # constants
    f"count(DISTINCT coalesce(p.original, m.report)) AS originals FROM ({NAMED}) m {{dated}}"
    "LEFT JOIN placements p ON p.report = m.report WHERE m.country = :country{year} GROUP BY period"
)
_DECIDED = (
    "SELECT d.kind, {period} AS period, count(DISTINCT coalesce(p.original, d.report)) AS count FROM decisions d "  # noqa: S608  # constants
    "{dated}LEFT JOIN placements p ON p.report = d.report WHERE d.country = :country "
    f"AND d.kind IN (SELECT value FROM json_each(:kinds)) AND d.certainty >= {SURE} AND d.known_until IS NULL{{year}} "
    "GROUP BY d.kind, period"
)
_QUOTED = (
    "SELECT d.id, d.report, d.start, d.quote, d.kind, d.people, d.decided_on, d.decided_by, d.sentence, {day} AS day, "  # noqa: S608  # constants
    "a.published_at IS NOT NULL AS is_published, a.language, s.name AS source_name FROM decisions d "
    "JOIN articles a ON a.id = d.report JOIN sources s ON s.id = a.source "
    "LEFT JOIN placements p ON p.report = d.report WHERE d.country = :country "
    f"AND d.kind IN (SELECT value FROM json_each(:kinds)) AND d.certainty >= {SURE} AND d.known_until IS NULL{{year}} "
    "AND coalesce(p.relation, '') <> 'copy' AND ({day}, d.id) < (:day, :id) ORDER BY day DESC, d.id DESC LIMIT :most"
)
_BESIDE = (
    "SELECT o.name, count(DISTINCT o.report) AS reports FROM mentions o WHERE +o.kind = 'organisation' "  # noqa: S608  # constants
    f"AND o.known_until IS NULL AND o.report IN (SELECT m.report FROM ({NAMED}) m {{dated}}WHERE "
    "m.country = :country{year} GROUP BY m.report ORDER BY m.report DESC LIMIT :newest) "
    "GROUP BY o.name ORDER BY reports DESC, o.name LIMIT :most"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One period of a row of bars: what it is called, its number, where it stands; the year that its proof is of."""

    label: str
    told: str
    year: str
    count: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of decision over time, or the reports where ``kind`` is empty; each on an axis of its own."""

    kind: str
    total: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """All that is shown of one country; ``more`` leads to older decisions."""

    code: str
    reports: int
    originals: int
    rows: tuple[Row, ...]
    decisions: tuple[Mapping[str, Any], ...]
    more: str
    stories: tuple[stories.Line, ...]
    organisations: tuple[tuple[str, int], ...]


async def country(
    database: Any, code: str, year: str, kind: str = "", before: tuple[str, int] | None = None
) -> Country:
    """What reports of a ``year`` (empty: of all time) tell of a country; decisions of one ``kind``, or of all."""
    asked = {"country": code, **of(year)}
    steps, within = ("month", year) if year else await _steps(database)
    whole, told, quoted, beside = await asyncio.gather(
        _counts(database, asked, "", year), _counts(database, asked, steps, year),
        _quoted(database, asked, kind, before), _beside(database, asked, year),
    )  # fmt: skip
    last = quoted[LISTED - 1] if len(quoted) > LISTED else None
    return Country(
        code=code, reports=sum(row["count"] for row in whole if not row["kind"]),
        originals=sum(row["originals"] for row in whole if not row["kind"]),
        rows=_rows(whole, told, within), decisions=tuple(quoted[:LISTED]),
        more=f"{last['day']},{last['id']}" if last else "", stories=await _stories_of(database, code, year),
        organisations=beside,
    )  # fmt: skip


async def is_known(database: Any, code: str) -> bool:
    """Whether a code is of a country that has a name here, or that a report names."""
    if code in names.load().countries:
        return True
    sql = "SELECT 1 FROM mentions WHERE kind = 'country' AND name = ? LIMIT 1"
    return bool(code and await rows_of(database, sql, [code]))


async def _steps(database: Any) -> tuple[str, str]:
    """By which steps all time is shown: the months of a year while there is but one, quarters while there are few."""
    known = await years(database)
    if len(known) == 1:
        return "month", known[0]
    return ("quarter" if not known or int(known[0]) - int(known[-1]) < _QUARTERS else "year"), ""


async def _counts(database: Any, asked: Mapping[str, Any], steps: str, year: str) -> list[dict[str, Any]]:
    """How many reports name the country, and how many originals tell a decision of each kind, by steps of time."""
    kinds = {**asked, "kinds": json.dumps(list(names.load().decisions))}
    named, decided = await asyncio.gather(
        keeper.rows(database, _filled(_NAMED, "m", steps, year), asked),
        keeper.rows(database, _filled(_DECIDED, "d", steps, year), kinds),
    )
    return [*named, *decided]


def _filled(sql: str, table: str, steps: str, year: str) -> str:
    join = f"JOIN articles a ON a.id = {table}.report " if steps or year else ""
    return sql.format(dated=join, period=_PERIOD[steps], year=OF_YEAR if year else "")


async def _quoted(
    database: Any, asked: Mapping[str, Any], kind: str, before: tuple[str, int] | None
) -> list[dict[str, Any]]:
    """The newest decisions that are no copies, one more than a page shows."""
    kinds = [kind] if kind else list(names.load().decisions)
    day, last = before or ("9999", 0)
    told = {**asked, "kinds": json.dumps(kinds), "day": day, "id": last, "most": LISTED + 1}
    return await keeper.rows(database, _QUOTED.format(day=DAY, year=OF_YEAR if "first" in asked else ""), told)


def _rows(totals: Iterable[Mapping[str, Any]], told: list[dict[str, Any]], year: str) -> tuple[Row, ...]:
    """Reports first, then kinds in the order of their list; only what happened."""
    whole = {row["kind"]: row["count"] for row in totals}
    periods = _periods({row["period"] for row in told}, year)
    return tuple(
        Row(
            kind=kind,
            total=whole[kind],
            bars=_bars({r["period"]: r["count"] for r in told if r["kind"] == kind}, periods),
        )
        for kind in ("", *names.load().decisions)
        if whole.get(kind)
    )


def _periods(seen: set[str], year: str) -> list[str]:
    """Every period from the first to the last that was seen; of a year its twelve months."""
    if year:
        return [f"{year}-{month:02}" for month in range(1, 13)]
    if not seen:
        return []
    first, last = min(seen), max(seen)
    parts = range(1, 5) if "-" in first else (0,)
    every = (
        f"{each:04}-{part}" if part else f"{each:04}"
        for each in range(int(first[:4]), int(last[:4]) + 1)
        for part in parts
    )
    return [each for each in every if first <= each <= last]


def _bars(counts: Mapping[str, int], periods: list[str]) -> tuple[Bar, ...]:
    step = min(WIDE / len(periods), _WIDEST)
    most = max(counts.values(), default=1)
    found = []
    for number, period in enumerate(periods):
        count = counts.get(period, 0)
        height = round(HIGH * count / most, 1)
        label, told = _called(period, is_first=not number)
        found.append(
            Bar(
                label=label, told=told, year=period[:4], count=count, x=round(step * (number + 0.15), 1),
                width=round(step * 0.7, 1), y=GROUND - height, height=height,
            )
        )  # fmt: skip
    return tuple(found)


def _called(period: str, *, is_first: bool) -> tuple[str, str]:
    """What stands under a period's bar, and what it is called in full."""
    year, _, part = period.partition("-")
    if not part:
        return year, year
    if len(part) == 2:
        return _MONTHS[int(part) - 1], f"{_MONTHS[int(part) - 1]} {year}"
    return (year if is_first or part == "1" else ""), f"{year}, quarter {part}"


async def _stories_of(database: Any, code: str, year: str) -> tuple[stories.Line, ...]:
    """The newest stories of the country; of a year those whose newest report is of it."""
    before = (of(year)["last"], 0) if year else None
    found = await stories.newest(database, count=_STORIES, before=before, country=code)
    return tuple(each for each in found if each.newest >= year)


async def _beside(database: Any, asked: Mapping[str, Any], year: str) -> tuple[tuple[str, int], ...]:
    told = {**asked, "newest": NEWEST, "most": _ORGANISATIONS}
    found = await keeper.rows(database, dated(_BESIDE, "m", year), told)
    return tuple((row["name"], row["reports"]) for row in found)
