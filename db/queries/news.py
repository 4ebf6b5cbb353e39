"""What people are told: the database in; new reports, troubles to tell of and messages that wait out."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db import rows, search
from db.model import HARMLESS
from db.queries.reading import reading

MOST_TRIES = 40  # of one message; with growing pauses that is more than a month
ANSWERED = (  # how many of the sources asked since a moment gave what they had
    f"SELECT count(DISTINCT CASE WHEN trouble IN {HARMLESS} AND status IN (200, 304) THEN source END) AS well, "  # noqa: S608  # constants
    "count(DISTINCT source) AS asked FROM visits WHERE at >= ?"
)
_COLUMNS = (
    "articles.id, articles.title, sources.name AS source, articles.language, published_at, articles.first_seen, "
    "canonical_url"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A report in a few words: its number, headline, publisher, language, days, and address."""

    id: int
    title: str
    source: str
    language: str
    published_at: str
    first_seen: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A trouble of which people are, were or should be told; ``host`` is that of the source's channels."""

    id: int
    scope: str
    name: str
    what: str
    detail: str
    since: str
    mended_at: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that is not delivered yet."""

    id: str
    kind: str
    recipient: str
    subject: str
    body: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which reports a watch is for; all that is given must hold, and ``search`` is a question as on the site."""

    search: str = ""
    language: str = ""
    source: str = ""
    country: str = ""


def since(path: Path, moment: datetime) -> list[Found]:
    """The reports first held since ``moment``, the newest first."""
    sql = (
        f"SELECT {_COLUMNS} FROM articles JOIN sources ON sources.id = articles.source "  # noqa: S608  # a constant
        "JOIN pages ON pages.report = articles.id "
        "WHERE judged_at >= ? GROUP BY articles.id ORDER BY articles.id DESC"
    )
    with reading(path) as connection:
        return [_found(row) for row in connection.execute(sql, [rows.stamp(moment)])]


def unseen(path: Path, watch: str, wanted: Filter) -> list[Found]:
    """The reports of which ``watch`` has not told, and which are as it wants, oldest first."""
    conditions, told = ["articles.id NOT IN (SELECT report FROM watched WHERE watch = ?)"], [watch]
    for column, value in (
        ("language", wanted.language),
        ("source", wanted.source),
        ("sources.country", wanted.country),
    ):
        if value:
            conditions.append(f"{column} = ?")
            told.append(value)
    if wanted.search.strip():
        conditions.append("articles.id IN (SELECT rowid FROM lemmas WHERE lemmas MATCH ?)")
        told.append(search.parse(wanted.search).match())
    sql = (
        f"SELECT {_COLUMNS} FROM articles JOIN sources ON sources.id = articles.source "  # noqa: S608  # constants; values are bound
        f"WHERE {' AND '.join(conditions)} ORDER BY articles.id"
    )
    with reading(path) as connection:
        return [_found(row) for row in connection.execute(sql, told)]


def known_watch(path: Path, watch: str) -> str | None:
    """The filter with which ``watch`` was looked at last; ``None`` where it is new."""
    with reading(path) as connection:
        row = connection.execute("SELECT filter FROM watches WHERE name = ?", [watch]).fetchone()
    return row["filter"] if row else None


def to_tell(path: Path) -> list[Told]:
    """Troubles that are open or ended, and of which that has not been told."""
    sql = (
        "SELECT id, scope, name, what, detail, since, coalesce(mended_at, '') AS mended_at, coalesce((SELECT url FROM "
        "channels WHERE channels.source = troubles.name AND parent = '' ORDER BY url LIMIT 1), '') AS host "
        "FROM troubles "
        "WHERE (told_at IS NULL AND mended_at IS NULL) OR "
        "(told_at IS NOT NULL AND mended_at IS NOT NULL AND mended_told_at IS NULL) ORDER BY scope, what, name"
    )
    with reading(path) as connection:
        return [Told(**dict(row)) for row in connection.execute(sql)]


def open_troubles(path: Path) -> list[Told]:
    """Every trouble that is open."""
    sql = "SELECT id, scope, name, what, detail, since, '' AS mended_at, '' AS host FROM troubles "
    with reading(path) as connection:
        return [
            Told(**dict(row)) for row in connection.execute(f"{sql}WHERE mended_at IS NULL ORDER BY scope, what, name")
        ]


def last_made(path: Path, kind: str) -> datetime | None:
    """When a message of ``kind`` was written last."""
    with reading(path) as connection:
        row = connection.execute("SELECT max(made_at) AS at FROM messages WHERE kind = ?", [kind]).fetchone()
    return rows.moment(row["at"])


def waiting(path: Path, now: datetime) -> list[Waiting]:
    """Messages whose time has come, oldest first."""
    sql = (
        "SELECT id, kind, recipient, subject, body, tries FROM messages "
        "WHERE sent_at IS NULL AND (next_try_at IS NULL OR next_try_at <= ?) AND tries < ? ORDER BY made_at, id"
    )
    with reading(path) as connection:
        return [Waiting(**dict(row)) for row in connection.execute(sql, [rows.stamp(now), MOST_TRIES])]


def answered(path: Path, moment: datetime) -> tuple[int, int]:
    """How many sources answered without fault since ``moment``, and how many were asked."""
    with reading(path) as connection:
        row = connection.execute(ANSWERED, [rows.stamp(moment)]).fetchone()
    return row["well"], row["asked"]


def _found(row: rows.SqlRow) -> Found:
    return Found(
        id=row["id"], title=row["title"], source=row["source"], language=row["language"],
        published_at=row["published_at"] or "", first_seen=row["first_seen"], url=row["canonical_url"],
    )  # fmt: skip
