"""A live database and a folder in, a public edition in that folder out, whole or not at all."""

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.errors import PublishError
from db.publishing.copying import Copier
from db.publishing.guarded import Known
from db.publishing.reading import DATABASE, INSPECT, METADATA, README
from db.publishing.readme import TEXT
from db.publishing.scanning import held, told
from db.publishing.tables import EMPTY, GONE
from db.schema import is_behind, migrate
from db.store.searching import SearchStore

_NAME = "deserters"
_OF_THE_DESK = frozenset({"why_not_kept", "to_review"})  # questions on pages that are not published
_DESCRIPTION = (
    "Reports from the world's press, courts and aid groups on Russian soldiers who desert and on their search for "
    "asylum: the public edition of {day}. What could lead to someone who is hunted is hidden, and texts that may not "
    "be passed on are excerpts. Every report leads to its original."
)
_VERSION = ".edition-"  # begins what is added to the folder's name for each version of it
_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE '%\\_quote%' ESCAPE '\\')"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is to be published: the live database, when, and what the watch list says of the terms of its sources.

    ``terms`` are sentences by source id; ``free`` are the sources whose whole texts may be passed on. ``known``: words
    that are no names, and names. ``metadata`` is what Datasette is told of the tables.
    """

    live: Path
    made_at: datetime
    terms: Mapping[str, str]
    free: frozenset[str]
    known: Known
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was published: reports, those of which only an excerpt is given, and those in which something is hidden."""

    reports: int
    excerpts: int
    hidden: int
    bytes: int


class _Index(SearchStore):
    """The index of words of a database that is not open for anything else."""

    def __init__(self, database: Database) -> None:
        self._db, self.run = database, 0


def publish(edition: Edition, folder: Path) -> Made:
    """Put the public edition into ``folder``, in place of an older one at one stroke.

    ``folder`` becomes a link to the version of it; the version before stays for servers that still have it open.

    Raises:
        PublishError: it cannot be made or put there, or a protected name was found in it; then nothing changes.
    """
    _demand(edition.live, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.draft-", dir=folder.parent))
    try:
        made = _make(edition, draft)
        version = folder.with_name(f"{folder.name}{_VERSION}{edition.made_at.astimezone(UTC):%Y%m%dT%H%M%S}")
        if version.exists():
            raise PublishError(f"{version}: is there already; wait a second")
        draft.chmod(0o755)
        draft.rename(version)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _swap(folder, version)
    return made


def _demand(live: Path, folder: Path) -> None:
    if not live.is_file():
        raise PublishError(f"{live}: there is no such database; name it with --db")
    if is_behind(live):
        raise PublishError(f"{live}: has the shape of an earlier version; `deserters crawl` brings it up to date")
    if folder.exists() and not folder.is_symlink() and (not folder.is_dir() or any(folder.iterdir())):
        raise PublishError(f"{folder}: is there already and is no public edition; name another folder, or empty it")


def _make(edition: Edition, draft: Path) -> Made:
    work = draft / "work.db"
    copier = _filled(edition, work)
    target = draft / DATABASE
    with closing(sqlite3.connect(work)) as connection:
        connection.execute("VACUUM INTO ?", [str(target)])
    work.unlink()
    described = _metadata(edition.metadata, edition.made_at)
    inspect = json.dumps({_NAME: _inspected(target)}, indent=1)
    made = Made(
        reports=copier.reports, excerpts=copier.excerpts, hidden=copier.hidden, bytes=target.stat().st_size
    )  # fmt: skip
    stamp = edition.made_at.astimezone(UTC).isoformat(timespec="seconds")
    texts = {
        INSPECT: inspect, METADATA: json.dumps(described, ensure_ascii=False, indent=1),
        README: TEXT.format(made_at=stamp, reports=made.reports, excerpts=made.excerpts, hidden=made.hidden),
    }  # fmt: skip
    for name, text in texts.items():
        (draft / name).write_text(f"{text.rstrip()}\n", encoding="utf-8")
    _demand_nobody(target, copier)
    for path in draft.iterdir():
        path.chmod(0o644)
    return made


def _filled(edition: Edition, work: Path) -> Copier:
    """A database of the newest shape with all that is published, and the index of its words."""
    with closing(sqlite3.connect(work.resolve().as_uri(), uri=True)) as connection:
        database = Database(connection)
        migrate(database)
        for (name,) in connection.execute(_TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.commit()
        connection.execute("ATTACH ? AS live", [f"{edition.live.resolve().as_uri()}?mode=ro"])
        connection.execute("BEGIN")
        copier = Copier(connection, edition.free, edition.known)
        copier.copy(edition.terms)
        connection.commit()
        connection.execute("DETACH live")
        _Index(database).renew_index()
        for table in GONE:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        stamp = edition.made_at.astimezone(UTC).isoformat(timespec="seconds")
        connection.execute("UPDATE _sqlite_migrations SET applied_at = ?", [stamp])
        connection.commit()
    return copier


def _demand_nobody(file: Path, copier: Copier) -> None:
    """Refuse a database in whose bytes a protected name of two words or more stands."""
    found = told(file, held(file, copier.hider.everywhere))
    if found:
        reports = sorted({number for name in found for number in copier.hider.reports_of(name)})
        raise PublishError(
            f"{file.name} would hold {len(found)} protected names or places, those of reports "
            f"{', '.join(map(str, reports[:20]))}; nothing was published"
        )


def _inspected(path: Path) -> dict[str, Any]:
    """What Datasette reads from an inspect file: hash, size and the number of rows of each table."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        names = [name for (name,) in connection.execute(_TABLES)]
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608  # names are ours
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    tables = {name: {"count": count} for name, count in counts.items()}
    return {"hash": digest, "size": path.stat().st_size, "file": DATABASE, "tables": tables}


def _metadata(metadata: Mapping[str, Any], made_at: datetime) -> dict[str, Any]:
    """What is told of the tables that are there, without questions on those that are not or are empty."""
    copy: dict[str, Any] = json.loads(json.dumps(metadata))
    copy["description"] = _DESCRIPTION.format(day=f"{made_at.astimezone(UTC):%Y-%m-%d}")
    mine = copy["databases"][_NAME]
    mine["tables"] = {name: each for name, each in mine["tables"].items() if name not in GONE}
    for name in EMPTY & mine["tables"].keys():
        mine["tables"][name]["hidden"] = True
    mine["queries"] = {name: each for name, each in mine["queries"].items() if name not in _OF_THE_DESK}
    return copy


def _swap(folder: Path, version: Path) -> None:
    """Let ``folder`` be a link to ``version``; versions before the last one go."""
    before = folder.resolve() if folder.is_symlink() else None
    if folder.is_dir() and not folder.is_symlink():
        folder.rmdir()
    link = folder.with_name(f".{folder.name}.next")
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    link.replace(folder)
    for old in folder.parent.glob(f"{folder.name}{_VERSION}*"):
        if old not in {version, before} and old.resolve() not in {version.resolve(), before}:
            shutil.rmtree(old, ignore_errors=True)
