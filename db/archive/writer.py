"""Captures in, WARC 1.1 records out: appended, handed to the system at once, rolled at a size."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from filelock import FileLock, Timeout
from isal import isal_zlib
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BufferWARCWriter

from db.archive.offers import MEDIA_TYPE, to_json
from db.errors import StoreBusyError
from db.model import Capture, Place

OPEN_SUFFIX = ".open"
OFFER_URN = "urn:deserters:offer:"
ROLL_AT_BYTES = 256 * 1024 * 1024
_GZIP = 31  # zlib window bits that ask for a gzip container
_CODED = {"content-encoding", "transfer-encoding", "content-length"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A capture as it stands in an archive: two records, each packed by itself."""

    metadata: bytes
    response: bytes


def packed(capture: Capture) -> Packed:
    """What an archive holds of ``capture``; it can be made anywhere, and be added to an archive elsewhere."""
    records = _records()
    response = _response(records, capture)
    metadata = _metadata(records, capture, response)
    return Packed(metadata=_member(records, metadata), response=_member(records, response))


def _records() -> BufferWARCWriter:
    return BufferWARCWriter(gzip=False, warc_version="WARC/1.1")


class ArchiveWriter:
    """Appends captures to the newest file below ``root``; one writer an archive, held by a lock file.

    Raises:
        StoreBusyError: another process writes to this archive.
    """

    def __init__(self, root: Path, *, software: str, now: Callable[[], datetime], roll_at: int = ROLL_AT_BYTES) -> None:
        self._root, self._software, self._now, self._roll_at = root, software, now, roll_at
        self._file: BinaryIO | None = None
        self._path, self._size, self._number = Path(), 0, 0
        root.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(root / ".lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreBusyError(f"{root}: another process writes to this archive; wait for it to end") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, capture: Capture) -> Place:
        """Write ``capture`` and say where its response record starts (bytes from the start of the file)."""
        return self.add(packed(capture))

    def add(self, record: Packed) -> Place:
        """Write what :func:`packed` made of a capture, as :meth:`append` writes one."""
        if self._file is None or self._size >= self._roll_at:
            self._roll()
        start = self._size + len(record.metadata)
        self._write(record.metadata + record.response)
        return Place(file=self._path.relative_to(self._root).as_posix(), offset=start)

    def close(self) -> None:
        """Give the current file its final name and let the archive go."""
        self._finish()
        self._lock.release()

    def _roll(self) -> None:
        self._finish()
        now = self._now()
        self._number += 1
        name = f"deserters-{now:%Y%m%d%H%M%S}-{os.getpid()}-{self._number:05}.warc.gz"
        self._path = self._root / f"{now:%Y}" / f"{now:%m}" / name
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = Path(f"{self._path}{OPEN_SUFFIX}").open("xb", buffering=0)  # noqa: SIM115  # stays open until it is rolled
        self._size = 0
        info = {"software": self._software, "format": "WARC File Format 1.1"}
        records = _records()
        self._write(_member(records, records.create_warcinfo_record(name, info)))

    def _finish(self) -> None:
        if self._file is None:
            return
        os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        Path(f"{self._path}{OPEN_SUFFIX}").rename(self._path)

    def _write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
            self._size += len(data)


def _response(records: BufferWARCWriter, capture: Capture) -> ArcWarcRecord:
    return records.create_warc_record(
        capture.url,
        "response",
        payload=io.BytesIO(capture.body),
        length=len(capture.body),
        http_headers=_as_stored(capture),
        warc_headers_dict={"WARC-Date": _stamp(capture.fetched_at)},
    )


def _metadata(records: BufferWARCWriter, capture: Capture, response: ArcWarcRecord) -> ArcWarcRecord:
    block = to_json(capture.offer, capture.requested_url)
    return records.create_warc_record(
        f"{OFFER_URN}{capture.url}",  # under the page's own address a replay would take it for the page
        "metadata",
        payload=io.BytesIO(block),
        length=len(block),
        warc_content_type=MEDIA_TYPE,
        warc_headers_dict={
            "WARC-Date": _stamp(capture.fetched_at),
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )


def _member(records: BufferWARCWriter, record: ArcWarcRecord) -> bytes:
    records.out.seek(0)
    records.out.truncate()
    records.write_record(record)
    return _gzip(records.get_contents())


class _AsSent(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """Headers whose bytes go out as they came in, each byte a character; warcio would percent-encode some."""

    def to_ascii_bytes(self, filter_func: Callable[[tuple[str, str]], tuple[str, str]] | None = None) -> bytes:
        """The header block; a character that is no byte becomes a question mark."""
        block: str = self.to_str(filter_func)
        return block.encode("latin-1", errors="replace") + b"\r\n"


def _as_stored(capture: Capture) -> StatusAndHeaders:
    """Headers as sent; those that spoke of a coding which is undone keep their words under ``X-Crawler-`` names."""
    headers = [(f"X-Crawler-{name}" if name.lower() in _CODED else name, value) for name, value in capture.headers]
    headers.append(("Content-Length", str(len(capture.body))))
    clean = [(_one_line(name), _one_line(value)) for name, value in headers]
    return _AsSent(f"{capture.status} {'OK' if capture.status == 200 else 'Status'}", clean, protocol="HTTP/1.1")


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n\0]+[ \t]*", " ", text).strip(" \t")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _gzip(data: bytes) -> bytes:
    packer = isal_zlib.compressobj(level=2, wbits=_GZIP)
    return packer.compress(data) + packer.flush()
