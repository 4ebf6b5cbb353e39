"""The way of one page: a link offered, a page captured, an article read, a verdict, and one of two outcomes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from db.model.evidence import Evidence
from db.model.facts import Facts
from db.model.sources import Source
from db.model.stories import Placing


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

    ``requested_url`` is the address that was asked for, where redirects led elsewhere. Nothing changes a ``body`` that
    is a bytearray: it is one so that it need not be copied out of what it was inflated into.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | bytearray
    offer: Offer
    requested_url: str = ""
    place: Place | None = None

    def header(self, name: str) -> str:
        """The first header called ``name`` in any case; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says: plain text with one paragraph a line block (blank line between paragraphs).

    ``published_at`` keeps the zone in which it was told, ``published_on`` is the day on the publisher's calendar,
    ``published_from`` is one of feed, json-ld, meta, time, url, text or empty. ``extractor`` names what found the text.
    ``credit`` is the agency or newsroom that the text is taken from, ``paid`` whether the page says it is not free.
    Of a post, ``links`` are the pages that it points to.
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
    links: tuple[str, ...] = ()


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
    """A page that became a report: its capture (without the body), its article, verdict, facts, and what places it."""

    capture: Capture
    sha256: str
    source: Source
    article: Article
    verdict: Verdict
    facts: Facts = field(default_factory=Facts)
    placing: Placing | None = None


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
