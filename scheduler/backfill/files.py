"""A WARC file on this machine or behind an address in, its captures one by one out, and by what it is known."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.archive import captures, streamed
from db.model import Capture
from scheduler.backfill.remote import Manners, RemoteFile

_EDGE = 1 << 20  # bytes at either end of a file that its digest is made of, with its size
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that is being read: the digest by which it is known, its size in bytes (-1: not told), its captures.

    ``own``: it belongs to our own archive, so that its captures need not be archived again.
    """

    digest: str
    size: int
    own: bool
    captures: Iterator[Capture]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcFile:
    """A WARC file: its path or its web address, and the folder of our own archive."""

    place: str
    archive: Path
    manners: Manners | None = None

    @property
    def name(self) -> str:
        """The last part of its place."""
        return self.place.rstrip("/").rpartition("/")[2]

    @property
    def size_here(self) -> int:
        """Its bytes on this disk; 0 where it lies elsewhere, or is not there."""
        path = Path(self.place)
        return path.stat().st_size if self.manners is None and path.is_file() else 0

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """Its captures, as long as the context lasts.

        Raises:
            ArchiveError: it cannot be read; while captures are taken, that it is damaged or breaks off.
        """
        if self.manners is None:
            path = Path(self.place)
            own = path.resolve().is_relative_to(self.archive.resolve())
            size = path.stat().st_size
            yield Opened(digest=digest(path), size=size, own=own, captures=captures(path, self.archive))
            return
        with RemoteFile(self.place, self.manners) as remote:
            stream = io.BufferedReader(remote, _BUFFER)
            stream.peek(1)  # asks the host, which then tells length and tag
            told = f"{self.place} {remote.length} {remote.tag}"
            yield Opened(
                digest=hashlib.sha256(told.encode()).hexdigest(),
                size=remote.length,
                own=False,
                captures=streamed(stream, self.name),
            )


def local(paths: list[Path], archive: Path) -> list[WarcFile]:
    """The WARC files among ``paths`` and in the folders among them, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.warc*")) if path.is_dir() else [path]
    return [WarcFile(place=str(path), archive=archive) for path in found if path.is_file()]


def digest(path: Path) -> str:
    """SHA-256 of a file's size, beginning and end: enough to know it again, and done at once for any size."""
    size = path.stat().st_size
    told = hashlib.sha256(f"{size}\n".encode())
    with path.open("rb") as stream:
        told.update(stream.read(_EDGE))
        stream.seek(max(_EDGE, size - _EDGE) if size > _EDGE else size)
        told.update(stream.read(_EDGE))
    return told.hexdigest()
