"""Byte patterns in, a search on hyperscan out: compiled once a machine, then read back from a cache file."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version

import hyperscan

from crawler.keeping import keep, kept

Note = Callable[[int, int, int, int, object], bool | None]


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

    The kept file's name is a digest of both and of hyperscan's version, so a change of terms compiles anew.

    Raises:
        hyperscan.HyperscanError: an expression cannot be compiled.
    """
    told = repr((version("hyperscan"), list(expressions), list(flags))).encode()
    name = f"{hashlib.sha256(told).hexdigest()[:32]}.hs"
    path = kept(name)
    if path:
        with suppress(OSError, hyperscan.error):
            return hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
    fresh = hyperscan.Database()
    fresh.compile(expressions=list(expressions), ids=list(range(len(expressions))), flags=list(flags))
    keep(name, hyperscan.dumpb(fresh))
    return fresh
