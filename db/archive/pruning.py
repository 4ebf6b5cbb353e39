"""Old captures in, only those of kept reports out: files are rewritten beside themselves, then swapped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from db.archive.repair import members
from db.model import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What one pruning did: files looked at, files rewritten or removed, bytes given back."""

    files: int
    changed: int
    freed_bytes: int


def prune(root: Path, before: datetime, kept: set[Place], moved: Callable[[str, dict[Place, Place]], None]) -> Pruned:
    """Rewrite every closed file last written ``before`` so that only the captures at ``kept`` stay.

    ``moved`` is told where each kept capture went, before the old file goes; a kill in between leaves both files.
    """
    files = changed = freed = 0
    for path in sorted(root.rglob("*.warc.gz")):
        if path.stat().st_mtime >= before.timestamp() or path.name.endswith("-kept.warc.gz"):
            continue
        files += 1
        gain = _prune_file(root, path, kept, moved)
        changed += gain > 0
        freed += gain
    return Pruned(files=files, changed=changed, freed_bytes=freed)


def _prune_file(root: Path, path: Path, kept: set[Place], moved: Callable[[str, dict[Place, Place]], None]) -> int:
    name = path.relative_to(root).as_posix()
    spans = list(members(path))
    wanted = {place.offset for place in kept if place.file == name}
    missing = wanted - {start for start, _ in spans}
    if missing:
        return 0  # the file is not what the database thinks; leave it for a person
    size = path.stat().st_size
    target = path.with_name(path.name.removesuffix(".warc.gz") + "-kept.warc.gz")
    moves = _copy(root, path, target, _chosen(spans, wanted)) if wanted else {}
    moved(name, {Place(file=name, offset=old): new for old, new in moves.items() if old in wanted})
    path.unlink()
    return size - (target.stat().st_size if wanted else 0)


def _chosen(spans: list[tuple[int, int]], wanted: set[int]) -> list[tuple[int, int]]:
    """The warcinfo member, and each wanted response with the metadata member before it."""
    chosen = [spans[0]]
    for before, span in pairwise(spans):
        if span[0] in wanted:
            chosen += [before, span] if before != spans[0] else [span]
    return chosen


def _copy(root: Path, path: Path, target: Path, spans: list[tuple[int, int]]) -> dict[int, Place]:
    moves: dict[int, Place] = {}
    half = Path(f"{target}.new")
    with path.open("rb") as old, half.open("wb") as new:
        for start, end in spans:
            moves[start] = Place(file=target.relative_to(root).as_posix(), offset=new.tell())
            old.seek(start)
            new.write(old.read(end - start))
    half.rename(target)
    return moves
