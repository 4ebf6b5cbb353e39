"""A kept report that is fetched again, and what is found to have changed in it."""

from dataclasses import dataclass
from datetime import date

RECHECK_DAYS = (1, 3, 7, 30, 90)  # after the first capture


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """A kept report whose time has come to be fetched again: its address, what it said, and the validators."""

    report: int
    url: str
    source: str
    etag: str
    last_modified: str
    title: str
    text: str
    language: str
    published_on: date | None
    published_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that a report said otherwise before: ``what`` is figure, name, decision, date or vanished."""

    what: str
    old: str = ""
    new: str = ""
