"""The vocabulary: every value that travels between stages, frozen; nothing in here reads or writes anything.

Times are aware ``datetime`` in UTC, countries ISO 3166-1 alpha-2 in lower case (``zz``: none or several),
languages ISO 639-1, offsets count characters of the text they point into.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self


class SourceKind(StrEnum):
    """What a publisher is."""

    WIRE = "wire"
    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    EXILE_MEDIA = "exile-media"
    NGO = "ngo"
    IGO = "igo"
    COURT = "court"
    GOVERNMENT = "government"
    RESEARCH = "research"
    TELEGRAM = "telegram"
    OTHER = "other"


class ChannelKind(StrEnum):
    """How new links of a source are found."""

    FEED = "feed"
    SITEMAP = "sitemap"
    TELEGRAM = "telegram"
    SEARCH = "search"
    FRONTPAGE = "frontpage"


class Level(StrEnum):
    """How loudly an issue speaks."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address where new links of a source appear.

    Links with one of ``skip`` in them are left out; a body under ``min_bytes`` bytes is no answer. Of a front page, the
    links count whose address the pattern ``article`` finds.
    """

    source: str
    kind: ChannelKind
    url: str
    skip: tuple[str, ...] = ()
    min_bytes: int = 0
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a site's pages are read up to the day ``until`` (``None``: still): XPath of the body, and of what to drop."""

    body: str
    drop: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publisher that is watched; ``id`` is its path in the watch list, such as ``de/tagesschau``."""

    id: str
    name: str
    homepage: str
    country: str = "zz"
    languages: tuple[str, ...] = ()
    kind: SourceKind = SourceKind.OTHER
    enabled: bool = True
    reason: str = ""
    channels: tuple[Channel, ...] = ()
    min_candidates: int = 0
    rules: tuple[Rule, ...] = ()
    notes: str = ""
    watched: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a channel said of a page and when, and the oldest date that crawl would take (``None``: any)."""

    source: str
    channel: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    offered_at: datetime | None = None
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link that a channel offered, not fetched yet; ``key`` is the page's identity."""

    url: str
    key: str
    offer: Offer
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a capture stands: archive file (relative to the archive's folder) and byte offset of its record."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A page as served at one moment: the final URL, the headers as sent, and the payload without content coding.

    ``requested_url`` is the address that was asked for, where redirects led elsewhere.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    offer: Offer
    requested_url: str = ""
    place: Place | None = None

    def header(self, name: str) -> str:
        """The first header called ``name`` in any case; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A span of a text; always ``text[start:end] == quote``."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says: plain text with one paragraph a line block (blank line between paragraphs).

    ``published_at`` keeps the zone in which it was told, ``published_on`` is the day on the publisher's calendar,
    ``published_from`` is one of feed, json-ld, meta, time, url, text or empty. ``extractor`` names what found the text.
    ``credit`` is the agency or newsroom that the text is taken from, ``paid`` whether the page says it is not free.
    """

    url: str
    canonical_url: str
    headline: str
    text: str
    language: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_on: date | None = None
    published_from: str = ""
    standfirst: str = ""
    section: str = ""
    image_url: str = ""
    credit: str = ""
    paid: bool = False
    extractor: str = "trafilatura"
    marks: tuple[str, ...] = ()


class Zone(StrEnum):
    """The part of an article in which a term stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One ground of a verdict: the topic's role and term, where it stands, and the words themselves.

    ``evidence`` counts in the headline where ``zone`` is the title, else in the article's text.
    """

    role: str
    term: str
    zone: Zone
    evidence: Evidence


class Answer(StrEnum):
    """What a verdict says to do with a page."""

    KEEP = "keep"
    REVIEW = "review"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an article is about the topic: a score from 0 to 1, the answer, and why."""

    topic: str
    score: float
    answer: Answer
    reasons: tuple[Reason, ...] = ()
    why: str = ""

    @property
    def relevant(self) -> bool:
        """Whether the article becomes a report."""
        return self.answer is Answer.KEEP


class Stage(StrEnum):
    """The stage at which a page left the way."""

    FETCH = "fetch"
    EXTRACT = "extract"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A page that became a report: its capture (without the body), its article and its verdict."""

    capture: Capture
    sha256: str
    source: Source
    article: Article
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A page that did not become a report, with the stage and the reason in plain words."""

    url: str
    source: str
    stage: Stage
    reason: str
    fetched_at: datetime
    offered_at: datetime | None = None
    detail: str = ""
    score: float = 0.0
    answer: Answer = Answer.DROP
    headline: str = ""
    language: str = ""
    place: Place | None = None

    @classmethod
    def of(cls, capture: Capture, stage: Stage, reason: str, detail: str = "") -> Self:
        """Reject ``capture`` at ``stage`` for ``reason``."""
        return cls(
            url=capture.requested_url or capture.url,
            source=capture.offer.source,
            stage=stage,
            reason=reason,
            detail=detail,
            fetched_at=capture.fetched_at,
            offered_at=capture.offer.offered_at,
            headline=capture.offer.title,
            place=capture.place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """What is known of one channel address: its validators, when it last answered, what stands in its way.

    ``parent`` is the channel in whose index it was found. ``trouble`` is an issue's name, empty while all is well.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one run did; ``balanced`` says whether every link that was taken up came to one of its three ends."""

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
