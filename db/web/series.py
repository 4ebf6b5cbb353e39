"""Figures of one type in, a drawing of them out: points and ranges over time, each with the sentence that proves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from db.model import bounds
from db.web import marking
from db.web.pages import rows_of

MOST = 600  # figures of one type that are drawn
_LAST = frozenset({"prison-years", "share", "ratio"})
UNDRAWN = frozenset({"share", "ratio"})  # each is of a whole of its own, so that no axis fits two of them
_SHOWN = 4  # speakers that a drawing tells apart
LEFT, RIGHT, TOP, BOTTOM = 64.0, 708.0, 12.0, 268.0  # of the drawing, 720 by 300
_STEPS = (1, 2, 2.5, 5, 10)
_LINES = 4
_TYPES = (
    "SELECT type, territory, sum(figures) AS n FROM series GROUP BY type, territory HAVING n > 0 ORDER BY n DESC, type"
)
_SPEAKERS = (
    "SELECT organisation, sum(figures) AS n FROM series WHERE {of} AND organisation <> '' GROUP BY organisation "
    "HAVING n > 0 ORDER BY n DESC, organisation LIMIT 20"
)
_FEW = 5_000  # so many figures of one who states them are sooner read by their series than among the newest of all
_FIGURES = (
    "SELECT f.report, f.start, f.quote, f.unit, f.per, f.low, f.high, f.territory, f.starts, f.ends, f.speaker, "
    "f.organisation, f.certainty, f.cumulative, src.name AS source_name, a.language, a.published_at, a.first_seen, "
    'substr(t.text, max(1, f.start - 599), f."end" - f.start + 1200) AS around, min(f.start, 600) AS at '
    "FROM (SELECT f.id FROM figures f WHERE {of} ORDER BY f.id DESC LIMIT ?) chosen JOIN figures f ON f.id = chosen.id "
    "JOIN texts t ON t.id = f.report JOIN articles a ON a.id = f.report JOIN sources src ON src.id = a.source "
    "ORDER BY f.id DESC"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One value that somebody states, with how often it is told, where it stands, and its sentence."""

    value: str
    who: str
    starts: str
    ends: str
    territory: str
    per: str
    count: int
    tone: str
    x: float
    left: float
    right: float
    y: float
    top: float
    foot: float
    told: Mapping[str, Any]
    sentence: list[marking.Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The figures of one type and unit: points in order of time, the lines of the axis, who is told apart."""

    unit: str
    points: tuple[Point, ...]
    undated: tuple[Point, ...]
    lines: tuple[tuple[float, str], ...]
    years: tuple[tuple[float, str], ...]
    speakers: tuple[str, ...]


async def types(database: Any) -> dict[str, list[tuple[str, int]]]:
    """Every type that has figures, with its territories and how many each has; counts of people and cases first."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in sorted(await rows_of(database, _TYPES), key=lambda row: row["type"] in _LAST):
        found.setdefault(row["type"], []).append((row["territory"], row["n"]))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which figures are asked for: of one type, of one territory or of all, as one organisation says or anybody."""

    type: str
    territory: str | None = None
    organisation: str | None = None

    def where(self, table: str) -> tuple[str, list[str]]:
        """The condition on the columns of ``table``, and its values."""
        wanted = {"type": self.type, "territory": self.territory, "organisation": self.organisation}
        told = {name: value for name, value in wanted.items() if value is not None}
        return " AND ".join(f"{table}.{name} = ?" for name in told), list(told.values())


async def speakers(database: Any, choice: Choice) -> list[tuple[str, int]]:
    """Who states most of the figures of a type and territory, with how many each."""
    of, values = replace(choice, organisation=None).where("series")
    return [(row["organisation"], row["n"]) for row in await rows_of(database, _SPEAKERS.format(of=of), values)]


async def plots(database: Any, choice: Choice) -> tuple[Plot, ...]:
    """A drawing for each unit of what is chosen."""
    of, values = choice.where("f")
    if choice.organisation is not None:
        own, _ = choice.where("series")
        [told] = await rows_of(database, f"SELECT sum(figures) AS n FROM series WHERE {own}", values)  # noqa: S608  # names
        if (told["n"] or 0) < _FEW:
            of = f"f.series IN (SELECT id FROM series WHERE {own})"  # noqa: S608  # names of columns
    found = await rows_of(database, _FIGURES.format(of=f"{of} AND f.known_until IS NULL"), [*values, MOST])
    units: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        units.setdefault(row["unit"], []).append(row)
    return tuple(_plot(unit, rows) for unit, rows in units.items())


def _plot(unit: str, found: list[Mapping[str, Any]]) -> Plot:
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in found:
        who = row["organisation"] or row["speaker"]
        key = (row["low"], row["high"], who, row["starts"], row["ends"], row["territory"], row["per"])
        groups.setdefault(key, []).append(row)
    speakers = _speakers(groups)
    dated = {key: rows for key, rows in groups.items() if _day(key[3]) or _day(key[4])}
    days = [day for key in dated for day in (_day(key[3]), _day(key[4])) if day]
    first, last = (min(days), max(days)) if days else (date(2022, 1, 1), date(2022, 12, 31))
    step, most = _scale(max((bound for key in dated or groups for bound in key[:2] if bound is not None), default=1))
    frame = (first, last, most)
    points = sorted(
        (_point(key, rows, frame, speakers) for key, rows in groups.items()), key=lambda each: (each.x, each.y)
    )
    known = {id(rows[0]) for rows in dated.values()}
    lines = tuple((_y(step * number, most), f"{step * number:,g}") for number in range(int(most / step) + 1))
    years = tuple(
        (_x(date(year, 1, 1), first, last), str(year))
        for year in range(first.year, last.year + 2)
        if first <= date(year, 1, 1) <= last
    )
    return Plot(
        unit=unit,
        points=tuple(each for each in points if id(each.told) in known),
        undated=tuple(each for each in points if id(each.told) not in known),
        lines=lines,
        years=years,
        speakers=speakers,
    )


def _point(
    key: tuple[Any, ...], found: list[Mapping[str, Any]], frame: tuple[date, date, float], speakers: tuple[str, ...]
) -> Point:
    low, high, who, starts, ends, territory, per = key
    first, last, most = frame
    begin, end = _day(starts) or _day(ends) or first, _day(ends) or _day(starts) or first
    row = found[0]
    bottom, top = (low if low is not None else high), (high if high is not None else low)
    left, right = _x(begin, first, last), _x(end, first, last)
    return Point(
        value=bounds(low, high), who=who, starts=starts or "", ends=ends or "", territory=territory, per=per,
        count=len({each["report"] for each in found}), tone=str(speakers.index(who)) if who in speakers else "other",
        x=round((left + right) / 2, 1), left=left, right=right, y=_y((bottom + top) / 2, most), top=_y(top, most),
        foot=_y(bottom, most), told=row,
        sentence=marking.said(row),
    )  # fmt: skip


def _speakers(groups: Iterable[tuple[Any, ...]]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for key in groups:
        if key[2]:
            counts[key[2]] = counts.get(key[2], 0) + 1
    return tuple(sorted(counts, key=lambda who: (-counts[who], who))[:_SHOWN])


def _scale(most: float) -> tuple[float, float]:
    """A round step and the end of an axis that reaches ``most`` in about ``_LINES`` steps."""
    rough = max(most, 1e-9) / _LINES
    power = 10.0 ** (len(f"{int(rough)}") - 1) if rough >= 1 else 0.1
    step = next((each * power for each in _STEPS if each * power >= rough), 10 * power)
    count = 1
    while step * count < most:
        count += 1
    return step, step * count


def _x(day: date, first: date, last: date) -> float:
    width = (last - first).days
    return round(LEFT + (RIGHT - LEFT) * ((day - first).days / width if width else 0.5), 1)


def _y(bound: float, most: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * bound / most, 1)


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored[:10]) if stored else None
