"""Files that are to be read in, how many, how large and how long out: by what earlier runs on this machine took."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests

from scheduler.backfill.files import WarcFile, digest

_TIMEOUT = 30.0  # seconds for the size of one remote file
_PACE = (
    "SELECT sum(bytes) AS bytes, sum(seconds) AS seconds FROM (SELECT run, sum(b.bytes) AS bytes, "
    "(julianday(r.finished_at) - julianday(r.started_at)) * 86400 AS seconds FROM backfills b "
    "JOIN runs r ON r.id = b.run WHERE b.bytes > 0 AND r.finished_at IS NOT NULL GROUP BY run)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """``files`` of which ``known`` were read before; ``size`` in bytes of the others, of which ``untold`` have no size.

    ``hours`` is ``None`` where no run tells how fast this machine reads.
    """

    files: int
    known: int
    size: int
    untold: int
    hours: float | None


def estimate(db: Path, files: Iterable[WarcFile], *, bytes_a_second: int = 0) -> Estimate:
    """What reading ``files`` would take; remote ones are asked for their size alone."""
    read, pace = _history(db)
    found = list(files)
    fresh = [file for file in found if not _is_known(file, read)]
    sizes = [_size(file) for file in fresh]
    size = sum(each for each in sizes if each >= 0)
    slowest = min((each for each in (pace, float(bytes_a_second)) if each), default=0.0)
    return Estimate(
        files=len(found), known=len(found) - len(fresh), size=size, untold=sum(each < 0 for each in sizes),
        hours=size / slowest / 3600 if slowest else None,
    )  # fmt: skip


def _history(db: Path) -> tuple[dict[str, set[str]], float]:
    """The digests of files that were read to their end, by name, and how many bytes a second were read."""
    if not db.is_file():
        return {}, 0.0
    with closing(sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name='backfills'").fetchone():
            return {}, 0.0
        read: dict[str, set[str]] = {}
        for name, told in connection.execute("SELECT name, digest FROM backfills WHERE trouble = ''"):
            read.setdefault(name, set()).add(told)
        total, seconds = connection.execute(_PACE).fetchone()
    return read, total / seconds if total and seconds else 0.0


def _is_known(file: WarcFile, read: dict[str, set[str]]) -> bool:
    """Whether a file was read before; of a remote one its name must do, since its tag is not asked for."""
    known = read.get(file.name, set())
    return bool(known) if file.manners else digest(Path(file.place)) in known


def _size(file: WarcFile) -> int:
    if file.manners is None:
        return file.size_here
    headers = {"User-Agent": file.manners.user_agent, "Accept-Encoding": "identity"}
    for method in ("HEAD", "GET"):  # some hosts know no HEAD; of a GET only the headers are taken
        try:
            with requests.request(method, file.place, headers=headers, timeout=_TIMEOUT, stream=True) as answer:
                if answer.ok and "Content-Length" in answer.headers:
                    return int(answer.headers["Content-Length"])
        except requests.RequestException:
            return -1
    return -1
