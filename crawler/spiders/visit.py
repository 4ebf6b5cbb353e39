"""What is known of one visit to a channel while it goes from page to page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, quote_plus

from crawler.sources import Publishers
from db.model import Candidate, Channel, ChannelState, Gap, Haul, Issue, Sighting, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a channel's host sent: final address, status, headers that matter (lower-case names), body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What decides of a channel's links: which titles are on the topic, and whose a page is."""

    mentions: Callable[[str], bool]
    publishers: Publishers


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit: the channel, its state by now, how far back links are taken and pages are asked, and what it mends.

    ``oldest``: links that the channel dates before it are left out. ``reach``: older pages of the list are asked until
    one goes back to this moment. ``answered_before`` is when it answered last. ``secret`` is the key of its service,
    which no issue may show.
    """

    channel: Channel
    state: ChannelState
    oldest: datetime | None = None
    reach: datetime | None = None
    page: int = 1
    overflowed: bool = False
    gap: Gap | None = None
    answered_before: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    secret: str = ""

    def clean(self, text: str) -> str:
        """``text`` without the key."""
        for form in {self.secret, quote(self.secret), quote_plus(self.secret)} - {""}:
            text = text.replace(form, "KEY")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What one answer taught: the visit with the channel's new state, new links, further sitemaps and pages, issues.

    ``lost`` is the span that older
    pages of this list could not give back, where the source's sitemaps may. ``modified`` says when further sitemaps
    changed last.
    """

    visit: Visit
    candidates: tuple[Candidate, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    publishers: tuple[Source, ...] = ()
    children: tuple[Channel, ...] = ()
    more: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    gaps: tuple[Gap, ...] = ()
    lost: Gap | None = None
    modified: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def state(self) -> ChannelState:
        """The channel's new state."""
        return self.visit.state

    @property
    def haul(self) -> Haul:
        """What the store keeps of it."""
        return Haul(
            states=(self.visit.state,), candidates=self.candidates, sightings=self.sightings, issues=self.issues,
            publishers=self.publishers, gaps=self.gaps,
        )  # fmt: skip
