"""The only reader of the database besides Datasette: questions in, plain values out; opens the file read-only."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.model import Place
from db.model import Trouble as OpenTrouble
from db.queries.reading import reading
from db.rows import moment, stamp


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


def rules_digests(path: Path) -> dict[str, str]:
    """By which version of its rules the pages of each source were read last."""
    with reading(path) as connection:
        return {row["id"]: row["rules_digest"] for row in connection.execute("SELECT id, rules_digest FROM sources")}


def rejected_places(path: Path, source: str, since: datetime) -> list[Place]:
    """Where the captures of a source's pages stand that were read since ``since`` and not kept, oldest first."""
    sql = (
        "SELECT archive_file AS f, archive_offset AS o FROM pages WHERE source = ? AND judged_at >= ? "
        "AND outcome = 'rejected' AND archive_file IS NOT NULL ORDER BY judged_at, id"
    )
    with reading(path) as connection:
        return [Place(file=row["f"], offset=row["o"]) for row in connection.execute(sql, [source, stamp(since)])]


def runs_between(path: Path, since: datetime, until: datetime) -> int:
    """How many crawls began in a span and did not fail."""
    sql = (
        "SELECT count(*) FROM runs WHERE kind IN ('crawl', 'rounds') AND started_at >= ? AND started_at < ? "
        "AND outcome != 'failed'"
    )
    with reading(path) as connection:
        return int(connection.execute(sql, [stamp(since), stamp(until)]).fetchone()[0])


def terms_between(path: Path, since: datetime, until: datetime) -> tuple[str, ...]:
    """The versions of the topic's terms by which crawls judged in a span, in order of time."""
    sql = "SELECT DISTINCT terms FROM runs WHERE terms != '' AND started_at >= ? AND started_at < ? ORDER BY id"
    with reading(path) as connection:
        return tuple(row["terms"] for row in connection.execute(sql, [stamp(since), stamp(until)]))


def report_keys(path: Path, language: str = "", source: str = "") -> list[str]:
    """Identity and capture digest of every report held (of a language, a source), in order of identity."""
    sql = (
        "SELECT key || ' ' || sha256 AS told FROM articles WHERE (:language = '' OR language = :language) "
        "AND (:source = '' OR source = :source) ORDER BY key"
    )
    with reading(path) as connection:
        return [row["told"] for row in connection.execute(sql, {"language": language, "source": source})]


def needs_rounds(path: Path) -> bool:
    """Whether a channel must be asked more often than daily."""
    if not path.exists():
        return False
    with reading(path) as connection:
        if not connection.execute("SELECT 1 FROM pragma_table_info('channels') WHERE name = 'pace_hours'").fetchone():
            return False
        sql = "SELECT 1 FROM channels WHERE parent = '' AND (pace_hours < 24 OR closed_hours != '') LIMIT 1"
        return connection.execute(sql).fetchone() is not None


def places_of_run(path: Path, run: int, most: int) -> list[tuple[str, Place]]:
    """Where up to ``most`` captures of each source stand that ``run`` fetched, in the order in which it did."""
    sql = (
        "SELECT source, archive_file AS f, archive_offset AS o FROM (SELECT source, archive_file, archive_offset, id, "
        "row_number() OVER (PARTITION BY source ORDER BY id) AS place FROM pages "
        "WHERE run = ? AND archive_file IS NOT NULL) WHERE place <= ? ORDER BY id"
    )
    with reading(path) as connection:
        found = connection.execute(sql, [run, most]).fetchall()
    return [(row["source"], Place(file=row["f"], offset=row["o"])) for row in found]
