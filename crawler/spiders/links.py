"""The entries of a list in, the links worth fetching out: whose each is, and where in the list it stood. Pure."""

from datetime import datetime, timedelta

from crawler.discovery import Entry, Listing
from crawler.spiders.visit import Learned, Look, Visit
from crawler.urls import is_web, key
from db.model import Candidate, Offer, Sighting, Source


def found_in(visit: Visit, listing: Listing, look: Look, now: datetime) -> Learned:
    """The links of ``listing`` that are worth fetching, whose they are, and where in the list each stood."""
    found: dict[str, Candidate] = {}
    positions: dict[str, int] = {}
    publishers: dict[str, Source] = {}
    for position, entry in enumerate(listing.entries, 1):
        if not takes(visit, entry) or not _is_wanted(entry, look) or not is_web(entry.url):
            continue
        source = visit.channel.source
        if entry.elsewhere:
            publisher = look.publishers.of(entry.url)
            publishers[publisher.id], source = publisher, publisher.id
        offer = _offer(visit, entry, source, now)
        candidate = Candidate(url=entry.url, key=key(entry.url), offer=offer)
        found.setdefault(candidate.key, candidate)
        positions.setdefault(candidate.key, position)
    name = visit.channel.url
    seen = (Sighting(page=page, channel=name, at=now, position=position) for page, position in positions.items())
    return Learned(
        visit=visit, candidates=tuple(found.values()), sightings=tuple(seen), publishers=tuple(publishers.values())
    )


def takes(visit: Visit, entry: Entry) -> bool:
    """Whether ``entry`` is young enough for ``visit``, by what the channel says."""
    return visit.oldest is None or entry.dated is None or entry.dated >= visit.oldest


def _is_wanted(entry: Entry, look: Look) -> bool:
    return not entry.screened or look.mentions(f"{entry.title}\n{entry.summary}")


def _offer(visit: Visit, entry: Entry, source: str, now: datetime) -> Offer:
    return Offer(
        source=source,
        channel=visit.channel.url,
        title=entry.title,
        summary=entry.summary,
        published_at=_believable(entry.published_at, now),
        offered_at=now,
        oldest=visit.oldest,
    )


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment <= now + timedelta(days=1) else None
