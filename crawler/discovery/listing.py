"""The words that discovery speaks in: how a channel is asked, and what one answer of it lists."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import dateparser

MAX_SUMMARY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a channel is asked with: from when on, now, where the last visit stopped, and the key of its service."""

    since: datetime
    now: datetime
    position: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request to a channel; ``shown`` is its address as people may see it, without a key."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link as a channel lists it; ``modified_at`` helps to leave out what is old, but is no date of publication.

    ``elsewhere``: the page belongs to another publisher, whom its address names. ``screened``: it is to be taken only
    where title and summary say a word of the topic.
    """

    url: str
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    language: str = ""
    elsewhere: bool = False
    screened: bool = False

    @property
    def dated(self) -> datetime | None:
        """The best that the channel tells of the page's age."""
        return self.published_at or self.modified_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything one answer lists: pages, further sitemaps, and what was wrong with it although it could be read.

    ``flaw`` is the name of an issue (``damaged-feed``, ``no-entries``) or empty; ``flaw_detail`` says more. ``more``
    are the addresses where the list goes on, ``position`` is where the next visit resumes. ``ttl_seconds`` is how long
    the channel asks to be left alone, ``closed_hours`` the hours (UTC) in which it does not want to be asked.
    """

    entries: tuple[Entry, ...] = ()
    children: tuple[Entry, ...] = ()
    flaw: str = ""
    flaw_detail: str = ""
    more: tuple[str, ...] = ()
    position: str = ""
    ttl_seconds: float = 0.0
    closed_hours: frozenset[int] = frozenset()

    @property
    def newest(self) -> datetime | None:
        """The date of the newest entry that has one."""
        return max((entry.dated for entry in self.entries if entry.dated), default=None)

    @property
    def oldest(self) -> datetime | None:
        """The date of the oldest entry that has one."""
        return min((entry.dated for entry in self.entries if entry.dated), default=None)


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
