"""Files that a kill left open in, closed files out; what stands before the cut is kept to the last whole record."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from db.archive.writer import OPEN_SUFFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One file that was closed: its final path, and how many bytes of a half-written record were cut off its end."""

    path: Path
    records: int
    cut_bytes: int


def close_open_files(root: Path) -> list[Closed]:
    """Close every file below ``root`` that a kill left open. The caller holds the archive."""
    return [_close(path) for path in sorted(root.rglob(f"*.warc.gz{OPEN_SUFFIX}"))]


def members(path: Path, start: int = 0) -> Iterator[tuple[int, int]]:
    """Start and end (bytes) of each whole gzip member from ``start`` on, up to the first that is cut off or damaged."""
    with path.open("rb") as stream:
        stream.seek(start)
        unpacker, rest = isal_zlib.decompressobj(wbits=31), b""
        while chunk := rest or stream.read(1 << 16):
            try:
                unpacker.decompress(chunk)
            except isal_zlib.error:  # type: ignore[misc]  # the stub forgets that it is an exception
                return
            rest = b""
            if unpacker.eof:
                rest = unpacker.unused_data
                end = stream.tell() - len(rest)
                yield start, end
                start, unpacker = end, isal_zlib.decompressobj(wbits=31)


def _close(path: Path) -> Closed:
    whole = list(members(path))
    end = whole[-1][1] if whole else 0
    cut = path.stat().st_size - end
    final = Path(str(path).removesuffix(OPEN_SUFFIX))
    if not whole:
        path.unlink()
    else:
        with path.open("r+b") as stream:
            stream.truncate(end)
        path.rename(final)
    return Closed(path=final, records=len(whole), cut_bytes=cut)
