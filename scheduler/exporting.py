"""The live database and a day in, the database as it was known at the end of that day out."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from crawler import stories
from db.errors import ExportError
from db.store import Store
from db.store.exporting import export


def export_as_of(live: Path, target: Path, day: date) -> int:
    """Write what ``live`` knew at the end of ``day`` (UTC) to ``target``; how many reports it holds.

    Raises:
        ExportError: ``target`` is there already, nothing was known then, or the day is not over yet.
    """
    if day >= datetime.now(UTC).date():
        raise ExportError(f"--as-of {day}: that day is not over yet, so what was known at its end cannot be told")
    return export(live, target, datetime.combine(day, time(23, 59, 59), UTC), _placed)


def _placed(draft: Path) -> None:
    with Store(draft, holder="deserters export") as store:
        store.replay(stories.place, stories.keys)
