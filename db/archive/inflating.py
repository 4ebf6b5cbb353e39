"""A WARC file as a stream in, its gzip members inflated out, one at a time: libdeflate needs each of them as a whole.

Nearly every WARC file has each record in a member of its own. Where one is not of that kind, :class:`Members` ends
before it, and what it has read but not given out is left to a slower reader.
"""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import BinaryIO

import hyperscan
from deflate import DeflateError, gzip_decompress
from isal import isal_zlib

_MARK = b"\x1f\x8b\x08"  # what a member begins with; by chance it also stands within one
_CHUNK = 1 << 20  # bytes read at once
_LARGEST = 16 << 20  # bytes; a larger record is left to the other reader, which inflates it bit by bit
_LARGEST_PACKED = 4 << 20  # bytes of a member that are held


class Joined:
    """What was ``read`` of a stream from byte ``start`` on, then the rest of the ``stream``."""

    def __init__(self, start: int, read: bytes, stream: BinaryIO) -> None:
        self._at, self._read, self._stream = start, BytesIO(read), stream

    def read(self, size: int = _CHUNK) -> bytes:
        """At most so many bytes; none at the end."""
        given = self._read.read(size) or self._stream.read(size)
        self._at += len(given)
        return given

    def tell(self) -> int:
        """How many bytes of the stream were read."""
        return self._at


class Members:
    """The members of ``stream`` in order; iteration ends before the first that is large or damaged, or no member.

    ``start`` (bytes from where the stream began) is that of the member that was given last, or else of the ``rest``.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._held, self._ended = stream, b"", False
        self._first, self._next = 0, 0  # where what is held starts in the stream, and the next member in what is held
        self._scratch = hyperscan.Scratch(_search())
        self.start = 0

    def __iter__(self) -> Iterator[bytes | bytearray]:
        while True:
            begun, self._held = self._held[self._next :], b""
            self._held = begun + self._more()
            self._first, self._next = self._first + self._next, 0
            ends = self._marks()
            if self._ended:
                ends.append(len(self._held))
            yield from self._inflated(ends)
            if self._ended or len(self._held) - self._next > _LARGEST_PACKED or not _begins(self._held, self._next):
                return

    def rest(self) -> Joined:
        """The stream from ``start`` on, also where that was read already.

        Raises:
            OSError: there have been members, and what stands behind them is none.
        """
        held = self._held[self.start - self._first :]
        if self.start and not _begins(held, 0):
            raise OSError("what follows is no gzip member")
        return Joined(self.start, held, self._stream)

    def _inflated(self, ends: list[int]) -> Iterator[bytes | bytearray]:
        """The members in what is held, which end at some of ``ends``."""
        whole = memoryview(self._held)
        for end in ends:
            if end <= self._next:
                continue
            data, size = _at_once(whole[self._next : end]) or _bit_by_bit(whole[self._next :])
            if not size:
                break
            self.start = self._first + self._next
            yield data
            self._next += size
        self.start = self._first + self._next

    def _marks(self) -> list[int]:
        """Where in what is held a member may begin, and another end."""
        found: list[int] = []
        add, size = found.append, len(_MARK)
        _search().scan(
            self._held,
            match_event_handler=lambda _number, _start, end, _flags, _context: add(end - size),
            scratch=self._scratch,
        )
        return found

    def _more(self) -> bytes:
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        return chunk


@cache
def _search() -> hyperscan.Database:
    """For the mark, five times as fast as Python's own."""
    search = hyperscan.Database()
    search.compile(expressions=[re.escape(_MARK)], ids=[0], flags=[hyperscan.HS_FLAG_DOTALL])
    return search


def _begins(held: bytes, at: int) -> bool:
    """Whether a member may begin in ``held`` at ``at``."""
    return _MARK.startswith(held[at : at + len(_MARK)])


def _at_once(member: memoryview) -> tuple[bytearray, int] | None:
    """What is packed in ``member``, and its size in the file; nothing where it does not end there."""
    size = int.from_bytes(member[-4:], "little")  # RFC 1952: the last four bytes of a member tell it
    if not 0 < size <= _LARGEST:
        return None
    try:
        data = gzip_decompress(member, size)
    except DeflateError:
        return None
    return (data, len(member)) if len(data) == size else None


def _bit_by_bit(held: memoryview) -> tuple[bytes, int]:
    """The same of the member that ``held`` begins with, wherever it ends; no size where it is large or not whole."""
    unpacker = isal_zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(held, _LARGEST + 1)
    except isal_zlib.error:  # type: ignore[misc]  # the stub forgets that it is an exception
        return b"", 0
    return (data, len(held) - len(unpacker.unused_data)) if unpacker.eof else (b"", 0)
