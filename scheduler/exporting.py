"""The live database and a day in, the database as it was known at the end of that day out."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from crawler import stories
from db.store import Store
from db.store.exporting import export


def export_as_of(live: Path, target: Path, day: date) -> int:
    """Write what ``live`` knew at the end of ``day`` (UTC) to ``target``; how many reports it holds.

    Raises:
        ExportError: ``target`` is there already, or nothing was known then.
    """
    return export(live, target, datetime.combine(day, time(23, 59, 59), UTC), _placed)


def _placed(draft: Path) -> None:
    with Store(draft, holder="deserters export") as store:
        store.replay(stories.place, stories.keys)
