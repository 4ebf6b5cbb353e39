"""Settings and the numbers of a story or of reports in, a case bundle in a file out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from db import bundle
from db.errors import BundleError
from db.queries.reading import reading
from scheduler.config import Config


def make(settings: Config, target: Path, *, story: int | None, reports: Sequence[int]) -> bundle.Packed:
    """Write the bundle of ``story``, or of ``reports``, to the new file ``target``; what it holds.

    Raises:
        BundleError: neither or both are named, they are not there, or ``target`` is there already.
    """
    if (story is None) == (not reports):
        raise BundleError("name a story (--story 3) or reports (--report 1 --report 2)")
    if not settings.db.is_file():
        raise BundleError(f"{settings.db}: there is no such database; name it with --db")
    if target.exists():
        raise BundleError(f"{target}: is there already; name a new file, or remove it first")
    with reading(settings.db) as connection:
        case = bundle.gather(connection, story=story or 0, reports=reports)
    draft = target.with_name(f"{target.name}.part")
    try:
        with draft.open("wb") as stream:
            packed = bundle.pack(case, settings.archive, stream, datetime.now(UTC))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return packed
