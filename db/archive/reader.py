"""WARC files in, captures out: our own (with what the channel said) and anybody's."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BufferedIOBase, BytesIO
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from isal import isal_zlib

from db.archive.inflating import MARK, Members
from db.archive.offers import from_json
from db.archive.repair import members
from db.archive.writer import OPEN_SUFFIX
from db.errors import ArchiveError
from db.model import Capture, Offer, Place

MAX_BODY_BYTES = 10 * 1024 * 1024
_HELD_BYTES = (
    64 * 1024 * 1024
)  # a larger record is not held to see whether it is whole; 10 MB of it are read in any case
_BLANK, _WARC, _REQUEST = b"\r\n\r\n", b"WARC/1.", b"\r\nWARC-Type: request\r\n"
_SHORT = 4096  # bytes
_LENGTH = re.compile(rb"\r\nContent-Length: ([0-9]{1,9})\r\n")
_UNKNOWN = Offer(source="")
_WANTED = WarcRecordType.response | WarcRecordType.metadata


def captures(path: Path, root: Path | None = None) -> Iterator[Capture]:
    """Every captured page of ``path``, in its order; bodies are cut at 10 MB.

    ``Place.file`` is the path below ``root`` where the file lies there, else its bare name.

    Raises:
        ArchiveError: the file is no WARC or is damaged; comes after everything before the damage was given.
    """
    name, read_to = _name(path, root), _At()
    try:
        with path.open("rb") as stream:
            yield from _records(stream, name, read_to)
        _demand_whole_end(path, read_to.byte)
    except OSError as error:
        raise ArchiveError(
            f"{path}: cannot be read past byte {read_to.byte}: {error}; what stands before was read"
        ) from error


def streamed(stream: BufferedIOBase, name: str) -> Iterator[Capture]:
    """The same of a file that comes as a ``stream`` and is called ``name``; its giver knows whether it came whole.

    Raises:
        ArchiveError: the stream is no WARC or is damaged; comes after everything before the damage was given.
    """
    read_to = _At()
    try:
        yield from _records(stream, name, read_to)
    except OSError as error:
        raise ArchiveError(
            f"{name}: cannot be read past byte {read_to.byte}: {error}; what stands before was read"
        ) from error


class _At:
    """Where the record starts that is being read, in bytes."""

    byte = 0


def _records(stream: BufferedIOBase, name: str, at: _At) -> Iterator[Capture]:
    """The captures of ``stream``: fast as long as each member holds one record, then as the library finds them."""
    members = Members(stream)
    reader = _Reader(members, name, at)
    with suppress(_OddError):
        yield from filter(None, map(reader.member, members))
    rest = members.rest()  # reads and tells where it is, which is all that the library asks of a stream
    records = ArchiveIterator(rest, record_types=_WANTED, parse_http=False)  # type: ignore[arg-type]  # see above
    yield from filter(None, map(reader.record, records))


class _OddError(Exception):
    """A member is not one whole record."""


class _Reader:
    """Makes captures of the records of a file, which come in their order."""

    def __init__(self, members: Members, name: str, at: _At) -> None:
        self._members, self._name, self._at = members, name, at
        self._told: dict[str, tuple[Offer, str]] = {}

    def member(self, data: bytes | bytearray) -> Capture | None:
        """The capture in a member, if there is one.

        Raises:
            _OddError: ``data`` is not one whole record that can be read.
        """
        if _is_request(data):
            return None
        try:
            record, body = _alone(data)
        except OSError as error:  # the slower way meets it too, and tells where
            raise _OddError from error
        if record is None:
            raise _OddError
        if not record.record_type & _WANTED:
            return None
        self._at.byte = self._members.start
        return self._capture(record, body)

    def record(self, record: WarcRecord) -> Capture | None:
        """The capture that ``record`` is, if it is one.

        Raises:
            OSError: it is not whole.
        """
        self._at.byte = record.stream_pos
        _demand_whole(record)
        return self._capture(record)

    def _capture(self, record: WarcRecord, body: bytes | bytearray | None = None) -> Capture | None:
        if record.record_type == WarcRecordType.metadata:
            _remember(record, self._told)
            return None
        place = Place(file=self._name, offset=self._at.byte)
        return _capture(record, self._told, place, body) if record.is_http else None


def _is_request(data: bytes | bytearray) -> bool:
    """Whether ``data`` is one short request by its own words; every second record is, and of no use here."""
    block = data.find(_BLANK) + len(_BLANK)
    if len(data) > _SHORT or not data.startswith(_WARC) or data.find(_REQUEST, 0, block) < 0:
        return False
    told = _LENGTH.search(data, 0, block)
    return told is not None and block + int(told[1]) + len(_BLANK) == len(data) and data.endswith(_BLANK)


def _alone(data: bytes | bytearray) -> tuple[WarcRecord | None, bytes | bytearray | None]:
    """The record that is alone in a member, and its body where that is a page's and not coded.

    No record where ``data`` is anything but one whole one. Of a page that is not coded the library reads headers only.
    """
    block = data.find(_BLANK) + len(_BLANK)
    start = data.find(_BLANK, block) + len(_BLANK)
    record = _first(data[:start] if start > block else data)
    if record is None or not _fills(record, data, block):
        return None, None
    if not record.record_type & _WANTED:
        return record, None
    if record.is_http and start > block:
        record.parse_http()
        coded = b"encoding" in data[block:start].lower() and _coded(record)  # asking the library alone takes longer
        if not coded and not record.reader.read(1):
            return record, _cut(data, start)
    return _first(data), None


def _fills(record: WarcRecord, data: bytes | bytearray, block: int) -> bool:
    """Whether ``record``, whose block begins at ``block``, is all that stands in ``data``."""
    told = block + record.content_length + len(_BLANK)
    return told == len(data) and data.endswith(_BLANK) and _counted(record)


def _cut(data: bytes | bytearray, start: int) -> bytes | bytearray:
    """The body in ``data``, which begins at ``start``; not copied where that can be, for ``data`` is of no more use."""
    end = min(len(data) - len(_BLANK), start + MAX_BODY_BYTES)
    if isinstance(data, bytes):
        return data[start:end]
    del data[end:], data[:start]
    return data


def _first(data: bytes | bytearray) -> WarcRecord | None:
    return next(ArchiveIterator(BytesIO(data), parse_http=False), None)


def read(root: Path, place: Place) -> Capture:
    """The one capture at ``place``, without what the channel said of it.

    Raises:
        ArchiveError: there is no such file, or no response record at that offset.
    """
    path = locate(root, place)
    try:
        with path.open("rb") as stream:
            stream.seek(place.offset)
            record = next(iter(ArchiveIterator(stream, parse_http=False)), None)
            if record and record.record_type == WarcRecordType.response and record.is_http:
                _demand_whole(record)
                return _capture(record, {}, place)
    except OSError as error:
        raise ArchiveError(f"{path}: no record can be read at byte {place.offset}: {error}") from error
    raise ArchiveError(f"{path}: no captured page at byte {place.offset}")


def record_bytes(root: Path, place: Place) -> bytes:
    """The response record at ``place`` as it stands in its file: one gzip member.

    Raises:
        ArchiveError: there is no such file, or no whole gzip member at that offset.
    """
    path = locate(root, place)
    with path.open("rb") as stream:
        stream.seek(place.offset)
        unpacker, member = isal_zlib.decompressobj(wbits=31), bytearray()
        while not unpacker.eof and (chunk := stream.read(1 << 16)):
            try:
                unpacker.decompress(chunk)
            except isal_zlib.error as error:  # type: ignore[misc]  # the stub forgets that it is an exception
                raise ArchiveError(f"{path}: no record can be read at byte {place.offset}: {error}") from error
            member += chunk
    if not unpacker.eof:
        raise ArchiveError(f"{path}: the record at byte {place.offset} is cut off")
    return bytes(member[: len(member) - len(unpacker.unused_data)])


def locate(root: Path, place: Place) -> Path:
    """The file of ``place`` below ``root``, also while it is being written.

    Raises:
        ArchiveError: no such file, or a name that leads out of ``root``.
    """
    path = root / place.file
    if not path.resolve().is_relative_to(root.resolve()):
        raise ArchiveError(f"{place.file}: leads out of the archive")
    for candidate in (path, Path(f"{path}{OPEN_SUFFIX}")):
        if candidate.is_file():
            return candidate
    raise ArchiveError(f"{place.file}: is not in the archive {root.name}; it may have been pruned or moved")


def _name(path: Path, root: Path | None) -> str:
    inside = root is not None and path.resolve().is_relative_to(root.resolve())
    name = path.resolve().relative_to(root.resolve()).as_posix() if inside and root is not None else path.name
    return name.removesuffix(OPEN_SUFFIX)


def _demand_whole(record: WarcRecord) -> None:
    """Raise where the file ends inside ``record``; the library would hand out what is left of it as if it were all."""
    told = record.content_length
    if not _counted(record):
        raise OSError("the header of this record breaks off")
    if told <= _HELD_BYTES:
        record.freeze()
        if record.content_length < told:
            raise OSError(f"the file ends inside this record, after {record.content_length} of its {told} bytes")


def _demand_whole_end(path: Path, last: int) -> None:
    """Raise where a file breaks off behind its ``last`` record (bytes), too soon for the library to tell."""
    with path.open("rb") as stream:
        mark = stream.read(5)
        stream.seek(last)
        start = last if stream.read(3) == MARK else 0
        stream.seek(-min(4, path.stat().st_size), os.SEEK_END)
        end = stream.read()
    if mark.startswith(MARK):
        whole = max((end for _, end in members(path, start)), default=0) == path.stat().st_size
    else:
        whole = mark != b"WARC/" or end == b"\r\n\r\n"
    if not whole:
        raise OSError("the file ends inside a record")


def _remember(record: WarcRecord, told: dict[str, tuple[Offer, str]]) -> None:
    offer = from_json(record.reader.read(1 << 20))
    if offer:
        told.clear()
        told[record.headers.get("WARC-Concurrent-To") or ""] = offer


def _capture(
    record: WarcRecord, told: dict[str, tuple[Offer, str]], place: Place, body: bytes | bytearray | None = None
) -> Capture:
    offer, requested = told.get(record.record_id or "", (_UNKNOWN, ""))
    if body is None:
        record.parse_http(auto_decode="all")
        body = record.reader.read(_size(record))
    return Capture(
        url=(record.headers.get("WARC-Target-URI") or "").strip("<>"),
        requested_url=requested,
        fetched_at=_moment(record.record_date),
        status=record.http_headers.status_code or 0,
        headers=tuple([(k.decode("latin-1"), v.decode("latin-1")) for k, v in record.http_headers.items_bytes()]),
        body=body,
        offer=offer,
        place=place,
    )


def _moment(told: datetime) -> datetime:
    """``told`` in UTC, in whole seconds; as it is where it is that, as in nearly every file."""
    return told if told.tzinfo is UTC and not told.microsecond else told.astimezone(UTC).replace(microsecond=0)


def _size(record: WarcRecord) -> int:
    """How many bytes of the body are read; room for as many is made, so no more than it can have."""
    return MAX_BODY_BYTES if _coded(record) else min(MAX_BODY_BYTES, record.content_length)


def _coded(record: WarcRecord) -> bool:
    headers = record.http_headers
    return bool(headers.get("Content-Encoding") or headers.get("Transfer-Encoding"))


def _counted(record: WarcRecord) -> bool:
    return (record.headers.get("Content-Length") or "").strip().isdigit()
