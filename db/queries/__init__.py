"""The only reader of the database besides Datasette: questions in, plain values out; opens the file read-only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.model import Place
from db.model import Trouble as OpenTrouble
from db.queries.reading import reading
from db.rows import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Sources in one kind of trouble: the issue's name, one detail, and whom it concerns."""

    what: str
    level: str
    detail: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A kept report in one line."""

    id: int
    title: str
    source: str
    language: str
    published_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """When a run began and how it ended."""

    started_at: datetime
    outcome: str


def troubles(path: Path, run: int) -> list[Trouble]:
    """What went wrong in ``run``, one item a kind, the most frequent first; news of level info left out."""
    sql = (
        "SELECT what, level, min(detail) AS detail, group_concat(DISTINCT source) AS who FROM issues "
        "WHERE run=? AND level != 'info' GROUP BY what, level, CASE WHEN source IS NULL THEN detail END "
        "ORDER BY count(DISTINCT source) DESC, what"
    )
    with reading(path) as connection:
        rows = connection.execute(sql, [run]).fetchall()
    return [
        Trouble(
            what=row["what"],
            level=row["level"],
            detail=row["detail"],
            sources=tuple(sorted((row["who"] or "").split(","))),
        )
        for row in rows
    ]


def newest(path: Path, count: int = 8) -> list[Headline]:
    """The reports that were found last."""
    sql = (
        "SELECT id, title, source, language, coalesce(published_at, '') AS published_at "
        "FROM articles ORDER BY id DESC LIMIT ?"
    )
    with reading(path) as connection:
        return [Headline(**dict(row)) for row in connection.execute(sql, [count])]


def last_crawl(path: Path) -> LastRun | None:
    """The crawl that began last and did not die; ``None`` where none ever began."""
    if not path.exists():
        return None
    sql = (
        "SELECT started_at, outcome FROM runs WHERE kind='crawl' AND outcome NOT IN ('died', 'failed') "
        "ORDER BY id DESC LIMIT 1"
    )
    with reading(path) as connection:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name='runs'").fetchone()
        row = connection.execute(sql).fetchone() if known else None
    return LastRun(started_at=moment(row["started_at"]) or datetime.min, outcome=row["outcome"]) if row else None  # noqa: DTZ901  # started_at is never empty


def place_of(path: Path, key: str) -> Place | None:
    """Where the capture of the page called ``key`` stands; ``None`` where it is not known or was pruned."""
    if not path.exists():
        return None
    sql = "SELECT archive_file AS f, archive_offset AS o FROM pages WHERE key=? AND archive_file IS NOT NULL"
    with reading(path) as connection:
        row = connection.execute(sql, [key]).fetchone()
    return Place(file=row["f"], offset=row["o"]) if row else None


def sources_in_trouble(path: Path, run: int) -> set[str]:
    """Sources of which a channel was in trouble in ``run``."""
    with reading(path) as connection:
        sql = (
            "SELECT DISTINCT source FROM issues "
            "WHERE run=? AND channel!='' AND url='' AND level!='info' AND source IS NOT NULL"
        )
        return {row["source"] for row in connection.execute(sql, [run])}


def open_trouble_names(path: Path) -> list[OpenTrouble]:
    """The troubles that are open, as they were last seen."""
    with reading(path) as connection:
        found = connection.execute(
            "SELECT scope, name, what, detail, since FROM troubles WHERE mended_at IS NULL ORDER BY id"
        ).fetchall()
    return [OpenTrouble(**{**dict(row), "since": datetime.fromisoformat(row["since"])}) for row in found]
