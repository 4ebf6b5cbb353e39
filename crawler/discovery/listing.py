"""The words that discovery speaks in: what one answer of a channel lists."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import dateparser

MAX_SUMMARY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link as a channel lists it; ``modified_at`` helps to leave out what is old, but is no date of publication."""

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None

    @property
    def dated(self) -> datetime | None:
        """The best that the channel tells of the page's age."""
        return self.published_at or self.modified_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything one answer lists: pages, further sitemaps, and what was wrong with it although it could be read.

    ``flaw`` is the name of an issue (``damaged-feed``, ``no-entries``) or empty; ``flaw_detail`` says more.
    """

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()
    flaw: str = ""
    flaw_detail: str = ""

    @property
    def newest(self) -> datetime | None:
        """The date of the newest entry that has one."""
        return max((entry.dated for entry in self.entries if entry.dated), default=None)


def parse_time(text: str | None) -> datetime | None:
    """A time in ISO 8601, RFC 5322 or words, as aware UTC; no zone counts as UTC; ``None`` where it is no time."""
    if not text or not text.strip():
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    guess = dateparser.parse(text.strip(), settings={"TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True})
    return guess.astimezone(UTC) if guess else None
