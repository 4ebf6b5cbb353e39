"""What a worker does with one file: an errand in, what was read of it out, packed; it needs no database.

The worker must judge as the driver does, so it refuses an errand whose driver runs other code. A file that lies on the
driver's machine is read where the worker sees the same bytes under the same path, else fetched from the driver first.
"""

import ctypes
import hashlib
import multiprocessing
import os
import pickle
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import crawler
import db.archive
import db.model
import scheduler.backfill
from crawler import flow
from crawler.analyst import Analyst
from crawler.sources import Publishers
from db.errors import ArchiveError, DesertersError
from db.model import Source
from scheduler.backfill.files import WarcFile, digest
from scheduler.backfill.reading import Piece, read
from scheduler.backfill.remote import Manners, RemoteFile

_CHUNK = 1 << 20
# Numbers of settings of mallopt(3), and bytes; glibc raises both so far by itself, unless it is told a value.
_TRIM_ABOVE, _MAP_ABOVE = (-1, 64 << 20), (-3, 32 << 20)
_JUDGING = {".py", ".yml", ".json", ".tsv"}


class UnfitError(DesertersError):
    """This worker cannot do any errand of this driver; the text says why and what to do."""


class FileUnreachableError(DesertersError):
    """A worker can have a file of the driver's disk in no way; the text says how it could."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all errands of a run share: a digest of the code that judges, and the packed watch list."""

    code: str
    sources: bytes

    @classmethod
    def of(cls, watched: tuple[Source, ...]) -> "Ground":
        """The ground of this process and of the sources that are ``watched``."""
        return cls(code=code(), sources=zlib.compress(pickle.dumps(watched)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One file to read.

    ``known``: digests of files of this name that were read to their end before. Of a file on the driver's disk ``path``
    and ``digest`` say which it is, ``inside`` where in our own archive it lies (empty: elsewhere), and ``lent`` at
    which address the driver gives it out (empty: at none).
    """

    file: WarcFile
    ground: Ground
    known: frozenset[str] = frozenset()
    path: str = ""
    digest: str = ""
    inside: str = ""
    lent: str = ""


def perform(errand: Errand) -> bytes:
    """Read the file of ``errand``, and give what was read of it, packed; :func:`unpack` reverses that.

    Raises:
        UnfitError: this process runs other code than the driver.
        FileUnreachableError: the file can neither be seen nor fetched.
    """
    if errand.ground.code != code():
        raise UnfitError(
            "it runs other code, terms or languages than the driver, and would judge otherwise; "
            "install the same version on both"
        )
    with _at_hand(errand) as file:
        piece = read(
            file, _publishers(errand.ground.sources), _analyst().analyse, lambda _, told: told in errand.known, _on
        )
    if piece.trouble:  # as the driver would have told it
        piece = replace(piece, trouble=piece.trouble.replace(file.place, errand.file.place))
    return zlib.compress(pickle.dumps(piece), 1)


def unpack(packed: bytes) -> Piece:
    """What :func:`perform` gave."""
    piece = pickle.loads(zlib.decompress(packed))  # noqa: S301  # of our own workers, who could run anything anyway
    if not isinstance(piece, Piece):
        raise TypeError(f"a worker answered with {type(piece).__name__}; expected what it read of a file")
    return piece


def rest() -> None:
    """End the process that reads pages, if this worker started one."""
    if _analyst.cache_info().currsize:
        _analyst().close()
        _analyst.cache_clear()


def hold_memory() -> None:
    """Let this process, and those that it starts, keep the memory of one page for the next, as others do of themselves.

    Dask has its workers give all of it back at once, for arrays; with pages that costs a quarter of the time.
    """
    os.unsetenv("MALLOC_TRIM_THRESHOLD_")
    with suppress(OSError, AttributeError):  # a C library of another make has no such setting
        for setting in (_TRIM_ABOVE, _MAP_ABOVE):
            ctypes.CDLL(None).mallopt(*setting)


@cache
def code() -> str:
    """A digest of all code and data by which this process judges."""
    told = hashlib.sha256()
    for package in (crawler, db.archive, db.model, scheduler.backfill):
        root = Path(package.__path__[0])
        for path in sorted(path for path in root.rglob("*") if path.suffix in _JUDGING):
            told.update(f"{path.relative_to(root)}\n".encode())
            told.update(path.read_bytes())
    return told.hexdigest()


@contextmanager
def _at_hand(errand: Errand) -> Iterator[WarcFile]:
    """The file where this process can read it: under its path, or as a copy that lasts as long as the context."""
    if not errand.path:
        yield errand.file
        return
    path = Path(errand.path)
    if path.is_file() and digest(path) == errand.digest:
        yield replace(errand.file, place=errand.path)
        return
    if not errand.lent:
        raise FileUnreachableError(_out_of_reach(errand, "the driver does not lend it"))
    with tempfile.TemporaryDirectory(prefix="deserters-") as folder:
        copy = Path(folder) / (errand.inside or path.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        _fetch(errand, copy)
        yield WarcFile(place=str(copy), archive=Path(folder) if errand.inside else errand.file.archive)


def _fetch(errand: Errand, copy: Path) -> None:
    try:
        with RemoteFile(errand.lent, Manners(user_agent="deserters")) as remote, copy.open("wb") as target:
            while chunk := remote.read(_CHUNK):
                target.write(chunk)
    except ArchiveError as error:
        raise FileUnreachableError(_out_of_reach(errand, str(error))) from error
    if digest(copy) != errand.digest:
        raise FileUnreachableError(_out_of_reach(errand, "what the driver gave is not the file that it meant"))


def _out_of_reach(errand: Errand, why: str) -> str:
    return (
        f"{errand.path}: is not on this worker's disk, and cannot be fetched from the driver: {why}; "
        "put the files where workers see them under the same path, or name with --lend-at an address of the driver "
        "that workers reach"
    )


@cache
def _publishers(packed: bytes) -> Publishers:
    return Publishers(pickle.loads(zlib.decompress(packed)))  # noqa: S301  # the driver's, who could run anything anyway


@cache
def _analyst() -> Analyst:
    multiprocessing.current_process().daemon = False  # Dask's workers are, and a daemon may start no process
    hold_memory()
    analyst = Analyst()
    analyst.begin()
    flow.prepare()
    return analyst


def _on() -> None:
    """Nobody counts the pages of a worker one by one."""
