"""How the watch itself goes: channels' states, runs, issues, gaps, days, troubles, recall."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from db.model.pages import Candidate
from db.model.sources import ChannelKind, Source


class Health(StrEnum):
    """How a channel is, as its last visit and its own history say."""

    NEW = "new"
    FRESH = "fresh"
    QUIET = "quiet"
    EMPTY = "empty"
    STALE = "stale"
    MOVED = "moved"
    BLOCKED = "blocked"
    BROKEN = "broken"
    UNREACHABLE = "unreachable"
    OFF = "off"


BLIND = frozenset({Health.EMPTY, Health.STALE, Health.MOVED, Health.BLOCKED, Health.BROKEN, Health.UNREACHABLE})
HARMLESS = ("", "stale-feed", "damaged-feed")  # troubles of a channel that gave what it had all the same


class Level(StrEnum):
    """How loudly an issue speaks."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """What is known of one channel address: its validators, when it last answered, what stands in its way.

    ``parent`` is the channel in whose index it was found. ``trouble`` is an issue's name, empty while all is well, and
    ``failures`` the weight of the failures in a row (hard 1, soft 0.5, temporary 0.25). ``position`` is where the next
    visit resumes, ``pace_hours`` how often the channel is asked, ``new_entries`` how many its last answer had. Before
    ``due_at``, and in ``closed_hours`` (UTC, with commas between), it is left alone.
    ``health`` is one word for a person, ``told`` says it in a sentence.
    """

    url: str
    source: str
    kind: ChannelKind
    parent: str = ""
    etag: str = ""
    last_modified: str = ""
    trouble: str = ""
    trouble_since: datetime | None = None
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    status: int = 0
    entries: int = 0
    newest_entry_at: datetime | None = None
    new_links_at: datetime | None = None
    ask_after: datetime | None = None
    position: str = ""
    pace_hours: float = 24.0
    failures: float = 0.0
    new_entries: int = 0
    idle_visits: int = 0
    due_at: datetime | None = None
    closed_hours: str = ""
    good_at: datetime | None = None
    health: Health = Health.NEW
    health_since: datetime | None = None
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one run did; ``balanced`` says whether every link that was taken up came to one of its three ends.

    ``doubted`` counts reports whose capture was read again and would not be kept now; they stay.
    """

    sources: int = 0
    channels: int = 0
    answered: int = 0
    unchanged: int = 0
    candidates: int = 0
    analyses: int = 0
    rejections: int = 0
    candidates_in_issues: int = 0
    captures: int = 0
    new_reports: int = 0
    doubted: int = 0

    @property
    def balanced(self) -> bool:
        """Whether candidates = analyses + rejections + candidates that ended in an issue."""
        return self.candidates == self.analyses + self.rejections + self.candidates_in_issues


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One line that someone should read: a source's or a run's trouble, named by ``what``."""

    what: str
    level: Level
    detail: str
    source: str = ""
    channel: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That a channel listed a page, when it did so first, and at which place of its list (from 1)."""

    page: str
    channel: str
    at: datetime
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span in which a channel could not be followed, and what asking again brought back.

    ``recovered`` counts the links dated within it that were new; ``lost`` says in words what could not be had again.
    """

    source: str
    channel: str
    why: str
    since: datetime
    until: datetime
    recovered: int = 0
    pages: int = 0
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Haul:
    """All that one answer of a channel brought, for the store: written as one piece."""

    states: tuple[ChannelState, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    issues: tuple[Issue, ...] = ()
    publishers: tuple[Source, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One page of a source as the extractor reads it, whatever it is about: to notice when a layout changes."""

    source: str
    page: str
    at: datetime
    characters: int
    dated: bool
    authored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """How a source did on one day (UTC): visits to its channels, what they offered, what of it was read and kept.

    ``trouble`` names what was wrong with a channel, empty where nothing was. Of the ``samples``, ``dated`` and
    ``authored`` are shares from 0 to 1, ``characters`` is the median length of a body; ``None`` without samples.
    """

    source: str
    day: date
    visits: int = 0
    answers: int = 0
    trouble: str = ""
    candidates: int = 0
    pages: int = 0
    reports: int = 0
    samples: int = 0
    dated: float | None = None
    authored: float | None = None
    characters: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something has gone blind: ``scope`` is source, language or run, ``name`` says which, ``what`` what is wrong."""

    scope: str
    name: str
    what: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """How many relevant reports of a language exist in a month (``2026-03``), and what share of them is held.

    Every bound is of a 95 % interval; ``None`` where there is not enough data. ``at_least`` is a lower bound.
    """

    language: str
    month: str
    method: str
    held: int
    total: float | None
    total_low: float | None
    total_high: float | None
    at_least: float | None
    assumption: str
