"""What the front page shows first: a Datasette database in; new stories, the newest figures, weeks, and health out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from db.model import bounds
from db.web import marking, stories, watch
from db.web.pages import rows_of

WEEKS = 12
_SHOWN = 4  # languages that a chart tells apart
_FIGURES = 6
_DAY, _WEEK = 1, 7
_STORIES = 8  # of a day, and of the days before
_LATER = "9999"  # after all moments
_NEW = (
    "SELECT count(*) FILTER (WHERE first_seen >= ?) AS day, count(*) FILTER (WHERE first_seen < ?) AS week "
    "FROM stories WHERE +forward IS NULL AND reports > 0 AND first_seen >= ?"
)
_WIDE, _GROUND, _HIGH = 10, 48, 46  # of the drawing: a bar with its gap, the axis, the highest bar
_NEWEST_FIGURES = (
    "SELECT f.report, f.start, f.quote, f.type, f.unit, f.low, f.high, f.territory, f.starts, f.ends, f.speaker, "
    "f.organisation, s.name AS source_name, a.language, p.story, "
    'substr(t.text, max(1, f.start - 599), f."end" - f.start + 1200) AS around, min(f.start, 600) AS at '
    "FROM figures f JOIN texts t ON t.id = f.report JOIN articles a ON a.id = f.report JOIN sources s "
    "ON s.id = a.source LEFT JOIN placements p ON p.report = f.report WHERE f.known_until IS NULL "
    "AND f.certainty >= 0.7 AND f.type NOT IN ('prison-years', 'share', 'ratio') ORDER BY f.id DESC LIMIT 60"
)
_BY_WEEK = (
    "SELECT date(day, 'weekday 0', '-6 days') AS week, language, sum(reports) AS n FROM report_days "
    "WHERE day >= ? GROUP BY week, language HAVING n > 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a bar that is one language's: number of its colour, and where it stands in the drawing."""

    tone: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Reports first seen in one week, from Monday on, and the parts of its bar."""

    monday: str
    total: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The front page: stories new in a day and in the days before, figures, weeks, and how the watch is.

    ``more`` says how many stories of the day and of the days before are not among those shown.
    """

    day: tuple[stories.Line, ...]
    week: tuple[stories.Line, ...]
    more: tuple[int, int]
    figures: tuple[Mapping[str, Any], ...]
    weeks: tuple[Week, ...]
    languages: tuple[str, ...]
    well: int
    asked: int
    silent: tuple[str, ...]


async def front(database: Any) -> Front:
    """The front page of this moment."""
    now = datetime.now(UTC)
    yesterday, last_week = (_stamp(now - timedelta(days=days)) for days in (_DAY, _WEEK))
    day = await stories.newest(database, seen=(yesterday, _LATER), count=_STORIES)
    week = await stories.newest(database, seen=(last_week, yesterday), count=_STORIES)
    [new] = await rows_of(database, _NEW, [yesterday, yesterday, last_week])
    counts = await rows_of(database, _BY_WEEK, [_monday(now).isoformat()])
    pulse = await watch.pulse(database, now)
    languages = _languages(counts)
    return Front(
        day=day,
        week=week,
        more=(new["day"] - len(day), new["week"] - len(week)),
        figures=_figures(await rows_of(database, _NEWEST_FIGURES)),
        weeks=_weeks(counts, languages, now),
        languages=languages,
        well=pulse.well,
        asked=pulse.asked,
        silent=pulse.silent,
    )


def _monday(now: datetime) -> date:
    """The first day of the weeks that are shown."""
    return (now - timedelta(weeks=WEEKS - 1, days=now.weekday())).date()


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _figures(found: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """The newest figures, one of each value and type in a story, those that somebody vouches for first."""
    told: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in sorted(found, key=lambda row: not (row["organisation"] or row["speaker"])):
        sentence = marking.said(row)
        shown = {**row, "value": bounds(row["low"], row["high"]), "sentence": sentence}
        told.setdefault((row["story"], row["type"], row["low"], row["high"]), shown)
    return tuple(told.values())[:_FIGURES]


def _languages(counts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The languages with most reports, which a chart tells apart."""
    totals: dict[str, int] = {}
    for row in counts:
        totals[row["language"]] = totals.get(row["language"], 0) + row["n"]
    return tuple(sorted(totals, key=lambda code: (-totals[code], code))[:_SHOWN])


def _weeks(counts: Iterable[Mapping[str, Any]], languages: tuple[str, ...], now: datetime) -> tuple[Week, ...]:
    first = _monday(now)
    mondays = [str(first + timedelta(weeks=number)) for number in range(WEEKS)]
    weeks: dict[str, dict[str, int]] = {monday: {} for monday in mondays}
    for row in counts:
        mine = weeks.get(row["week"])
        if mine is not None:
            code = row["language"] if row["language"] in languages else ""
            mine[code] = mine.get(code, 0) + row["n"]
    most = max((sum(mine.values()) for mine in weeks.values()), default=0) or 1
    return tuple(
        Week(monday=monday, total=sum(mine.values()), parts=_parts(mine, languages, _WIDE * number + 1, most))
        for number, (monday, mine) in enumerate(weeks.items())
    )


def _parts(mine: Mapping[str, int], languages: tuple[str, ...], x: int, most: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    y = float(_GROUND)
    for number, code in enumerate((*languages, "")):
        height = _HIGH * mine.get(code, 0) / most
        if height:
            y -= height
            tone = str(number) if code else "other"
            parts.append(Part(tone=tone, x=x, y=round(y, 2), height=round(height, 2)))
    return tuple(parts)
