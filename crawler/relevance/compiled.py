"""Byte patterns in, a hyperscan database out: compiled once a machine, then read back from a cache file."""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import hyperscan

_FOLDER = Path(tempfile.gettempdir()) / f"deserters-{os.getuid()}"


def database(expressions: Sequence[bytes], ids: Sequence[int], flags: Sequence[int]) -> hyperscan.Database:
    """The database of ``expressions`` with their numbers and flags.

    The cache file's name is a digest of all three and of hyperscan's version, so a change of terms compiles anew. Only
    a folder of our own is trusted.

    Raises:
        hyperscan.HyperscanError: an expression cannot be compiled.
    """
    told = repr((version("hyperscan"), list(expressions), list(ids), list(flags))).encode()
    path = _FOLDER / f"{hashlib.sha256(told).hexdigest()[:32]}.hs"
    known = _read(path)
    if known:
        return known
    fresh = hyperscan.Database()
    fresh.compile(expressions=list(expressions), ids=list(ids), flags=list(flags))
    _write(path, hyperscan.dumpb(fresh))
    return fresh


def _read(path: Path) -> hyperscan.Database | None:
    with suppress(OSError, hyperscan.error):
        if path.stat().st_uid == os.getuid() and _FOLDER.stat().st_uid == os.getuid():
            known = hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
            known.scratch = hyperscan.Scratch(known)
            return known
    return None


def _write(path: Path, content: bytes) -> None:
    with suppress(OSError):
        _FOLDER.mkdir(mode=0o700, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}")
        half.write_bytes(content)
        half.replace(path)
