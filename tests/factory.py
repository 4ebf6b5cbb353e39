"""Small builders: any value of the vocabulary, whole and plausible, with what the test cares about changed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.urls import key
from db.model import (
    Analysis,
    Answer,
    Article,
    Candidate,
    Capture,
    Channel,
    ChannelKind,
    ChannelState,
    Evidence,
    Haul,
    Issue,
    Level,
    Offer,
    Place,
    Reason,
    Rejection,
    Source,
    SourceKind,
    Stage,
    Verdict,
    Zone,
)

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
URL = "https://blatt.example/2026/bericht"
FEED = "https://blatt.example/feed.xml"


def later(**span: float) -> datetime:
    """``NOW`` and a span: ``later(hours=2)``."""
    return NOW + timedelta(**span)


def source(identity: str = "de/blatt", **changes: Any) -> Source:
    """A watched newspaper with one feed."""
    made = Source(
        id=identity,
        name="Das Blatt",
        homepage="https://blatt.example/",
        country="de",
        languages=("de",),
        kind=SourceKind.NEWSPAPER,
        channels=(channel(source=identity),),
    )
    return replace(made, **changes)


def channel(**changes: Any) -> Channel:
    """The feed of that newspaper."""
    return replace(Channel(source="de/blatt", kind=ChannelKind.FEED, url=FEED), **changes)


def state(**changes: Any) -> ChannelState:
    """A channel that was never asked."""
    return replace(ChannelState(url=FEED, source="de/blatt", kind=ChannelKind.FEED), **changes)


def offer(**changes: Any) -> Offer:
    """What the feed said of a page."""
    made = Offer(
        source="de/blatt",
        channel=FEED,
        title="Deserteur erhält Asyl",
        summary="Ein Gericht entschied.",
        published_at=later(hours=-2),
        offered_at=NOW,
        oldest=later(days=-7),
    )
    return replace(made, **changes)


def candidate(url: str = URL, **changes: Any) -> Candidate:
    """A link that waits to be fetched."""
    return replace(Candidate(url=url, key=key(url), offer=offer()), **changes)


def capture(url: str = URL, **changes: Any) -> Capture:
    """A page as served."""
    made = Capture(
        url=url,
        requested_url=url,
        fetched_at=later(minutes=5),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx")),
        body=b"<html><body><p>Ein Deserteur erhielt Asyl.</p></body></html>",
        offer=offer(),
        place=Place(file="2026/03/a.warc.gz", offset=700),
    )
    return replace(made, **changes)


def article(url: str = URL, **changes: Any) -> Article:
    """What that page says."""
    made = Article(
        url=url,
        canonical_url=url,
        headline="Deserteur erhält Asyl",
        text="Ein russischer Deserteur erhielt Asyl.\n\nDas Gericht entschied am Montag.",
        language="de",
        authors=("Anna Blau",),
        published_at=later(hours=-2),
        published_from="feed",
    )
    return replace(made, **changes)


def verdict(**changes: Any) -> Verdict:
    """A verdict that keeps the page."""
    found = Evidence(start=0, end=9, quote="Deserteur")
    reasons = (Reason(role="what", term="deserteur*", zone=Zone.TITLE, evidence=found),)
    return replace(
        Verdict(topic="deserters", score=0.87654321, answer=Answer.KEEP, reasons=reasons, why="who and what"), **changes
    )


def analysis(url: str = URL, **changes: Any) -> Analysis:
    """A page that became a report; its capture carries no body any more."""
    made = Analysis(
        capture=capture(url, body=b""),
        sha256="ab" * 32,
        source=source(),
        article=article(url),
        verdict=verdict(),
    )
    return replace(made, **changes)


def rejection(url: str = URL, **changes: Any) -> Rejection:
    """A page that did not become a report."""
    made = Rejection.of(capture(url), Stage.RELEVANCE, "not about the topic", "no person")
    return replace(made, **{"score": 0.25, "language": "de", **changes})


def issue(**changes: Any) -> Issue:
    """A page that could not be fetched."""
    made = Issue(what="timed-out", level=Level.WARNING, detail="no answer within 40 s", source="de/blatt", url=URL)
    return replace(made, **changes)


def haul(
    states: Iterable[ChannelState] = (), candidates: Iterable[Candidate] = (), issues: Iterable[Issue] = ()
) -> Haul:
    """What one answer brought; ``issues`` may be an iterator that breaks."""
    return Haul(states=tuple(states), candidates=tuple(candidates), issues=issues)  # type: ignore[arg-type]  # see above
