"""justext's lists of little words in, what tells whether a word stands on one of them out, in a few MB.

trafilatura asks its second fallback for the little words of all languages, which in sets of Python take 32 MB.
"""

import hashlib
import mmap
import zlib
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

from justext import core
from justext.utils import get_stoplist, get_stoplists

from crawler.extract.lean import external
from crawler.keeping import keep, kept

_SHELVES = 1 << 13
_HEAD = 4 * (_SHELVES + 1)
_KEPT_AS = "stopwords-" + hashlib.sha256(f"{version('justext')} {_SHELVES}".encode()).hexdigest()[:16]


class Stopwords:
    """Words on shelves by their checksum; ``table`` has the end of each shelf, then the shelves, a word to a line."""

    def __init__(self, table: memoryview) -> None:
        self._ends, self._shelves = table[:_HEAD].cast("I"), table[_HEAD:]
        if self._ends[-1] != len(self._shelves):
            raise ValueError("a table that was not written to its end")

    def __contains__(self, word: str) -> bool:
        told = word.encode("utf-8", "surrogatepass")
        shelf = _shelf(told)
        return b"\n%b\n" % told in bytes(self._shelves[self._ends[shelf] : self._ends[shelf + 1]])


@cache
def spare() -> None:
    """Let trafilatura and justext ask ours."""
    external.JT_STOPLIST = every()  # type: ignore[assignment]  # it is only handed on, to what the next line replaces
    core.define_stoplist = _defined


@cache
def every() -> Stopwords:
    """The words of all lists."""
    path = kept(_KEPT_AS)
    with suppress(OSError, ValueError, TypeError):
        if path:
            return Stopwords(_mapped(path))
    made = _made()
    keep(_KEPT_AS, made)
    return Stopwords(memoryview(made))


def _mapped(path: Path) -> memoryview:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _made() -> bytes:
    shelves = defaultdict[int, list[bytes]](list)
    for word in sorted({word.lower() for language in get_stoplists() for word in get_stoplist(language)}):
        told = word.encode("utf-8", "surrogatepass")
        shelves[_shelf(told)].append(b"%b\n" % told)
    filled = [b"\n" + b"".join(shelves[number]) for number in range(_SHELVES)]
    ends = accumulate(map(len, filled), initial=0)
    return b"".join([*(end.to_bytes(4, "little") for end in ends), *filled])


def _shelf(told: bytes) -> int:
    return zlib.crc32(told) % _SHELVES


def _defined(stoplist: Stopwords | Collection[str]) -> Stopwords | frozenset[str]:
    """In place of justext's own, which makes a set of small letters."""
    return stoplist if isinstance(stoplist, Stopwords) else frozenset(map(str.lower, stoplist))
