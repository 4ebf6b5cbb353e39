"""What people asked of stories on the site in, the same done through the store out, each once; no review is written."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.model import Issue, Level
from db.model.reviews import Ruling
from db.queries import reviewing
from db.reviews import reading
from db.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenUp:
    """Rulings that were taken up now, and those that wait because a report of theirs is in no story here."""

    done: tuple[Ruling, ...] = ()
    waiting: tuple[Ruling, ...] = ()


def take_up(store: Store, db: Path, reviews: Path, now: datetime) -> TakenUp:
    """Do what was asked for in ``reviews`` and does not stand in ``db`` yet, in the order in which it was asked.

    The token of a ruling is kept in the note of the store's own, in the same transaction as what it does: so it is done
    once, whatever is killed when, and again in a database that is made anew. Who asked and why stays in ``reviews``.

    Raises:
        ReviewError: the file of reviews cannot be read.
    """
    known = reviewing.taken_up(db)
    asked = [ruling for ruling in reading.rulings(reviews) if ruling.token not in known]
    keys = {each.key for ruling in asked for each in (ruling.report, ruling.other) if each}
    numbers = reviewing.placed_reports(db, keys)
    done, waiting = [], []
    for ruling in asked:
        report, other = numbers.get(ruling.report.key), numbers.get(ruling.other.key) if ruling.other else 0
        if report is None or other is None:
            waiting.append(ruling)
            continue
        _do(store, ruling.kind, (report, other), now, f"{reviewing.ASKED}{ruling.token}")
        done.append(ruling)
    return TakenUp(done=tuple(done), waiting=tuple(waiting))


def issues(found: TakenUp) -> list[Issue]:
    """What a run should say of it."""
    if not found.done:
        return []
    told = ", ".join(f"{ruling.kind} (review {ruling.token})" for ruling in found.done)
    return [Issue(what="rulings-taken-up", level=Level.INFO, detail=f"asked for on the site: {told}")]


def _do(store: Store, kind: str, reports: tuple[int, int], now: datetime, note: str) -> None:
    if kind == "merge":
        store.merge(*reports, now, note)
    elif kind == "split":
        store.split(reports[0], now, note)
    else:
        store.pin(reports[0], now, note)
