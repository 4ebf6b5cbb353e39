"""A WARC file as a stream in, its gzip members inflated out, one at a time: libdeflate needs each of them as a whole.

Nearly every WARC file has each record in a member of its own. Where one is not of that kind, :class:`Members` ends
before it, and what it has read but not given out is left to a slower reader.
"""

from io import BufferedIOBase, BytesIO
from typing import Self

from ahocorasick_rs import BytesAhoCorasick
from deflate import DeflateError, gzip_decompress
from isal import isal_zlib

MARK = b"\x1f\x8b\x08"  # what a member begins with; by chance it also stands within one
_MARKS = BytesAhoCorasick([MARK])  # a tenth of the time of Python's own search
_CHUNK = 1 << 20  # bytes read at once
_LARGEST = 16 << 20  # bytes; a larger record is left to the other reader, which inflates it bit by bit
_LARGEST_PACKED = 4 << 20  # bytes of a member that are held


class Joined:
    """What was ``read`` of a stream from byte ``start`` on, then the rest of the ``stream``."""

    def __init__(self, start: int, read: bytes, stream: BufferedIOBase) -> None:
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

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream, self._ended = stream, False
        self._held, self._filled = bytearray(2 * _CHUNK), 0  # one for the whole file: new ones cost page faults
        self._first, self._next, self._size = 0, 0, 0  # where what is held starts, in it the next member, and its size
        self._ends = iter(list[int]())
        self.start = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes | bytearray:
        self._next += self._size
        while True:
            for end in self._ends:
                if end > self._next:
                    data, self._size = self._inflated(end)
                    self.start = self._first + self._next
                    if self._size:
                        return data
                    break
            self.start, self._size = self._first + self._next, 0
            if self._ended or self._filled - self._next > _LARGEST_PACKED or not _begins(self._left()):
                raise StopIteration
            self._read_on()

    def rest(self) -> Joined:
        """The stream from ``start`` on, also where that was read already.

        Raises:
            OSError: there have been members, and what stands behind them is none.
        """
        left = self._left()
        if self.start and not _begins(left):
            raise OSError("what follows is no gzip member")
        return Joined(self.start, bytes(left), self._stream)

    def _left(self) -> memoryview:
        """What is held from the next member on."""
        return memoryview(self._held)[self._next : self._filled]

    def _inflated(self, end: int) -> tuple[bytes | bytearray, int]:
        """The next member, which may end at ``end``, and its size; 0 where it is not whole."""
        left = self._left()
        return _at_once(left[: end - self._next]) or _bit_by_bit(left)

    def _read_on(self) -> None:
        kept = self._filled - self._next
        self._held[:kept] = self._left()
        self._held.extend(bytes(max(0, kept + _CHUNK - len(self._held))))
        with memoryview(self._held) as room:
            count = self._stream.readinto(room[kept : kept + _CHUNK]) or 0
        self._first, self._next, self._filled, self._ended = self._first + self._next, 0, kept + count, not count
        marks = [start for _, start, _ in _MARKS.find_matches_as_indexes(self._left())]
        self._ends = iter([*marks, *([self._filled] if self._ended else [])])  # where a member may begin, another ends


def _begins(held: memoryview) -> bool:
    """Whether ``held`` may begin with a member."""
    return MARK.startswith(held[: len(MARK)])


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
