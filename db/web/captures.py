"""A report's place in the archive in, the facts of its capture out: who answered what, and whether it is unchanged."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from db.archive import read, record_bytes
from db.errors import ArchiveError, DesertersError
from db.model import Capture, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A capture as read from the archive; ``trouble`` says why there is none."""

    capture: Capture | None
    sha256: str
    trouble: str = ""

    def agrees(self, stored: str) -> bool:
        """Whether the body in the archive is the one that ``stored`` was computed from."""
        return self.capture is not None and self.sha256 == stored


def check(archive: Path, place: Place | None) -> Checked:
    """Read the capture at ``place`` and compute the SHA-256 of its body."""
    if place is None:
        return Checked(capture=None, sha256="", trouble="no capture is known for this report")
    try:
        record(archive, place)  # unpacks the whole member, so that a damaged byte shows
        capture = read(archive, place)
    except DesertersError as error:
        return Checked(capture=None, sha256="", trouble=without_path(str(error), archive))
    return Checked(capture=capture, sha256=hashlib.sha256(capture.body).hexdigest())


def record(archive: Path, place: Place) -> bytes:
    """The record at ``place`` as it stands in its file.

    Raises:
        ArchiveError: there is no such file or record, or it is damaged.
    """
    try:
        return record_bytes(archive, place)
    except (OSError, EOFError, isal_zlib.error) as error:  # type: ignore[misc]  # the stub forgets that it is an exception
        raise ArchiveError(f"{place.file}: the record at byte {place.offset} is damaged: {error}") from error


def without_path(text: str, archive: Path) -> str:
    """``text`` without the folder of the archive: no page names a path of the machine."""
    return text.replace(f"{archive}/", "").replace(f"{archive.resolve()}/", "")
