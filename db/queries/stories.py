"""Stories and figures as people are told of them: the database in, plain values out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import rows
from db.model import bounds
from db.queries.reading import reading

_SURE = 0.7
_MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """A story in a few words: its number, title, how many reports, originals and independent origins, and a link."""

    id: int
    title: str
    reports: int
    originals: int
    origins: int
    languages: str
    newest: str
    url: str
    lead: str = ""
    forward: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report in its story: what it is to the others."""

    report: int
    title: str
    source: str
    language: str
    at: str
    relation: str
    original: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A figure of a story: its type and value, over what period, who says so, and in how many originals it stands."""

    type: str
    value: str
    said_by: str
    period: str
    originals: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A figure that is not what it was: of which type, whose, the old and the new value, and where it stands."""

    what: str
    whose: str
    old: str
    new: str
    title: str
    url: str


_LINE = (
    "SELECT stories.id, stories.title, reports, originals, origins, stories.languages, newest, lead, "
    "coalesce(forward, 0) AS forward, coalesce(articles.canonical_url, '') AS url FROM stories "
    "LEFT JOIN articles ON articles.id = first_report "
)


def new_stories(path: Path, since: datetime) -> list[StoryLine]:
    """The stories whose first report is held since ``since``, those of most independent origins first."""
    sql = (
        f"{_LINE}WHERE forward IS NULL AND stories.first_seen >= ? "
        "ORDER BY origins DESC, reports DESC, stories.id DESC LIMIT ?"
    )
    with reading(path) as connection:
        return [_line(row) for row in connection.execute(sql, [rows.stamp(since), _MOST])]


def newest_stories(path: Path, count: int) -> list[StoryLine]:
    """The stories with the newest reports."""
    with reading(path) as connection:
        sql = f"{_LINE}WHERE forward IS NULL AND reports > 0 ORDER BY newest DESC, stories.id DESC LIMIT ?"
        return [_line(row) for row in connection.execute(sql, [count])]


def story(path: Path, number: int) -> StoryLine | None:
    """The story called ``number``, or the one that it was merged into; ``None`` where there is none."""
    with reading(path) as connection:
        row = connection.execute(f"{_LINE}WHERE stories.id = ?", [number]).fetchone()
        while row and row["forward"]:
            row = connection.execute(f"{_LINE}WHERE stories.id = ?", [row["forward"]]).fetchone()
        return _line(row) if row else None


def first_report(path: Path, number: int) -> int:
    """The report that the story ``number`` began with; 0 where there is no such story."""
    found = story(path, number)
    with reading(path) as connection:
        row = connection.execute("SELECT first_report FROM stories WHERE id = ?", [found.id if found else 0]).fetchone()
    return int(row["first_report"]) if row else 0


def is_placed(path: Path, report: int) -> bool:
    """Whether ``report`` is a report that is in a story."""
    with reading(path) as connection:
        return bool(connection.execute("SELECT 1 FROM placements WHERE report = ?", [report]).fetchone())


def stories_of(path: Path, reports: Iterable[int]) -> list[int]:
    """The story that each of ``reports`` is in; 0 where it is in none."""
    sql = "SELECT story FROM placements WHERE report = ?"
    with reading(path) as connection:
        found = [connection.execute(sql, [report]).fetchone() for report in reports]
    return [int(row["story"]) if row else 0 for row in found]


def beside(path: Path, report: int) -> list[int]:
    """The other reports of the story that ``report`` is in."""
    sql = (
        "SELECT report FROM placements WHERE story = (SELECT story FROM placements WHERE report = :report) "
        "AND report <> :report ORDER BY report"
    )
    with reading(path) as connection:
        return [row["report"] for row in connection.execute(sql, {"report": report})]


def timeline(path: Path, number: int) -> list[Told]:
    """The reports of a story, the oldest first."""
    columns = "report, title, source, language, at, relation, original"
    sql = f"SELECT {columns} FROM timeline WHERE story = ? ORDER BY at, report"  # noqa: S608  # a constant
    with reading(path) as connection:
        return [Told(**dict(row)) for row in connection.execute(sql, [number])]


def figures(path: Path, number: int) -> list[Stated]:
    """The figures of a story side by side: those of one type together, what is said oftenest first."""
    with reading(path) as connection:
        named = {row["name"] for row in connection.execute("PRAGMA table_info(story_figures)")}
        whose = "said_by" if "said_by" in named else "organisation"  # until a command that writes brings it up to date
        sql = (
            f"SELECT type, low, high, {whose} AS said_by, starts, ends, originals, quote FROM story_figures "  # noqa: S608  # names are ours
            "WHERE story = ? ORDER BY type, originals DESC, said_by, low, high"
        )
        return [
            Stated(
                type=row["type"],
                value=bounds(row["low"], row["high"]),
                said_by=row["said_by"],
                period=" to ".join(filter(None, (row["starts"], row["ends"]))),
                originals=row["originals"],
                quote=row["quote"],
            )
            for row in connection.execute(sql, [number])
        ]


def moved_figures(path: Path, since: datetime) -> list[Moved]:
    """Figures that changed since ``since``: in a report after its publication, or from one of a speaker to the next."""
    revised = (
        "SELECT old, new, title, canonical_url AS url FROM revisions JOIN articles ON articles.id = report "
        "WHERE what = 'figure' AND at >= ? ORDER BY revisions.id DESC LIMIT ?"
    )
    with reading(path) as connection:
        found = [
            Moved(what="in a report, after publication", whose="", **dict(row))
            for row in connection.execute(revised, [rows.stamp(since), _MOST])
        ]
        for row in connection.execute(_NEXT, {"since": rows.stamp(since), "sure": _SURE, "most": _MOST}):
            old, new = bounds(row["old_low"], row["old_high"]), bounds(row["low"], row["high"])
            if old != new:
                found.append(
                    Moved(
                        what=row["type"],
                        whose=row["organisation"],
                        old=old,
                        new=new,
                        title=row["title"],
                        url=row["url"],
                    )
                )
    return found


_NEXT = """
SELECT type, organisation, low, high, old_low, old_high, articles.title, canonical_url AS url FROM (
    SELECT figures.*, lag(low) OVER mine AS old_low, lag(high) OVER mine AS old_high, lag(id) OVER mine AS old_id
    FROM figures WHERE known_until IS NULL AND certainty >= :sure AND organisation <> ''
        AND type NOT IN ('share', 'ratio', 'prison-years') AND starts IS NOT NULL
    WINDOW mine AS (PARTITION BY series ORDER BY coalesce(ends, starts), known_from, id)
) AS each JOIN articles ON articles.id = each.report
WHERE old_id IS NOT NULL AND each.known_from >= :since ORDER BY each.id DESC LIMIT :most
"""


def _line(row: rows.SqlRow) -> StoryLine:
    languages = row["languages"].strip("[]").replace('"', "")
    return StoryLine(**{**dict(row), "languages": languages, "newest": row["newest"] or "", "url": row["url"] or ""})
