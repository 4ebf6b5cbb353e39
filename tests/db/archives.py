"""Archives to test with: written as the crawl writes them."""

import random
from dataclasses import replace
from pathlib import Path

from db.archive import ArchiveWriter, captures
from db.errors import ArchiveError
from db.model import Capture
from tests import factory
from tests.factory import NOW


def writer(root: Path, roll_at: int = 1 << 28) -> ArchiveWriter:
    return ArchiveWriter(root, software="deserters/test", now=lambda: NOW, roll_at=roll_at)


def filled(root: Path, number: int, roll_at: int = 1 << 28) -> list[Capture]:
    """``number`` captures, written to closed files below ``root``, with their places."""
    made = [factory.capture(f"https://blatt.example/{n}", body=noise(n, 3000), place=None) for n in range(number)]
    with writer(root, roll_at) as archive:
        return [replace(one, place=archive.append(one)) for one in made]


def noise(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)  # bytes that no packer shrinks, not a secret


def files(root: Path, pattern: str = "*.warc.gz") -> list[Path]:
    return sorted(root.rglob(pattern))


def readable(path: Path, root: Path | None = None) -> tuple[list[Capture], str]:
    """The captures that ``path`` gives, and the words of the error that ends it."""
    found: list[Capture] = []
    try:
        found.extend(captures(path, root))
    except ArchiveError as error:
        return found, str(error)
    return found, ""
