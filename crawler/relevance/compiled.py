"""Byte patterns in, a search on hyperscan out: compiled once a machine, then read back from a cache file."""

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import hyperscan

Note = Callable[[int, int, int, int, object], bool | None]

_FOLDER = Path(tempfile.gettempdir()) / f"deserters-{os.getuid()}"


class Compiled:
    """A search for expressions; several threads may search at once."""

    def __init__(self, expressions: Sequence[bytes], flags: Sequence[int]) -> None:
        self._database = _database(expressions, flags)
        self._local = threading.local()

    def scan(self, page: bytes, note: Note) -> None:
        """Call ``note`` for each place in ``page``, in order: number of the expression, 0, and where it ends."""
        try:
            scratch = self._local.scratch
        except AttributeError:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        self._database.scan(page, match_event_handler=note, scratch=scratch)


def _database(expressions: Sequence[bytes], flags: Sequence[int]) -> hyperscan.Database:
    """The database of ``expressions`` with their flags; their numbers are their places.

    The cache file's name is a digest of both and of hyperscan's version, so a change of terms compiles anew. Only a
    folder of our own is trusted.

    Raises:
        hyperscan.HyperscanError: an expression cannot be compiled.
    """
    told = repr((version("hyperscan"), list(expressions), list(flags))).encode()
    path = _FOLDER / f"{hashlib.sha256(told).hexdigest()[:32]}.hs"
    known = _read(path)
    if known:
        return known
    fresh = hyperscan.Database()
    fresh.compile(expressions=list(expressions), ids=list(range(len(expressions))), flags=list(flags))
    _write(path, hyperscan.dumpb(fresh))
    return fresh


def _read(path: Path) -> hyperscan.Database | None:
    with suppress(OSError, hyperscan.error):
        if path.stat().st_uid == os.getuid() and _FOLDER.stat().st_uid == os.getuid():
            return hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
    return None


def _write(path: Path, content: bytes) -> None:
    with suppress(OSError):
        _FOLDER.mkdir(mode=0o700, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}")
        half.write_bytes(content)
        half.replace(path)
