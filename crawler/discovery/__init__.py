"""Discovery: the body of a channel in, the links that it lists out; pure, no network.

A new kind of channel is one module here and one name in ``READERS``; where it is not asked at its own address, one in
``first`` too. ``ccnews`` and ``wayback`` list what archives hold; the backfill reads it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from crawler.discovery import feeds, frontpages, gdelt, sitemaps, telegram
from crawler.discovery.listing import Ask, Asking, Entry, Listing
from crawler.discovery.search import ENGINES
from crawler.errors import ChannelUnreadableError
from db.model import Channel, ChannelKind

__all__ = [
    "HOST_DELAYS",
    "PAGES",
    "READERS",
    "Ask",
    "Asking",
    "Entry",
    "Listing",
    "first",
    "missing",
    "needs_key",
    "read",
]

HOST_DELAYS: Mapping[str, float] = {  # seconds between two requests, where a service asks for more than others
    "t.me": 2.0,
    "api.gdeltproject.org": 5.5,
    "search.mediacloud.org": 31.0,
    "hudoc.echr.coe.int": 2.0,
    "web.archive.org": 2.5,
}
PAGES: Mapping[ChannelKind, int] = {  # how many pages or files of a channel one visit asks at most
    ChannelKind.FEED: 10,
    ChannelKind.TELEGRAM: 30,
    ChannelKind.GDELT: gdelt.MAX_FILES,
    ChannelKind.SEARCH: 20,
}
Reader = Callable[[bytes, str, str, Channel, datetime | None], Listing]


def _search(body: bytes, url: str, _kind: str, channel: Channel, _now: datetime | None) -> Listing:
    if channel.engine is None:
        raise ChannelUnreadableError("not-an-answer", f"{channel.url}: names no engine")
    return ENGINES[channel.engine].read(body, url)


READERS: Mapping[ChannelKind, Reader] = {
    ChannelKind.FEED: lambda body, url, kind, _, __: feeds.read(body, url, kind),
    ChannelKind.SITEMAP: lambda body, url, kind, _, __: sitemaps.read(body, url, kind),
    ChannelKind.FRONTPAGE: lambda body, url, kind, channel, _: frontpages.read(body, url, kind, channel.article),
    ChannelKind.TELEGRAM: lambda body, url, _, __, ___: telegram.read(body, url),
    ChannelKind.GDELT: lambda body, url, _, __, now: gdelt.read(body, url, now),
    ChannelKind.SEARCH: _search,
}
_MAY_BE_EMPTY = frozenset({ChannelKind.GDELT, ChannelKind.SEARCH})  # that nothing was found is no flaw there


def first(channel: Channel, asking: Asking) -> Ask:
    """How a visit to ``channel`` begins."""
    if channel.kind is ChannelKind.GDELT:
        return gdelt.first(channel.url, asking)
    if channel.kind is ChannelKind.SEARCH and channel.engine:
        service = ENGINES[channel.engine]
        return service.first(channel.query, asking, channel.endpoint or service.endpoint)
    return Ask(url=channel.url)


def needs_key(channel: Channel) -> bool:
    """Whether ``channel`` stays off until the configuration has a key for its service."""
    return channel.engine is not None and ENGINES[channel.engine].needs_key


def missing(channel: Channel, url: str, now: datetime) -> Listing | None:
    """What it means that there is nothing at ``url`` (404), where ``channel`` is of a kind for which that is normal."""
    return gdelt.missing(url, now) if channel.kind is ChannelKind.GDELT else None


def read(channel: Channel, body: bytes, url: str, content_type: str = "", now: datetime | None = None) -> Listing:
    """What ``channel`` listed in ``body``, served from ``url`` (after redirects) with the header ``content_type``.

    Raises:
        ChannelUnreadableError: the body is empty, is an HTML page, or is not of the channel's kind.
    """
    if len(body.strip()) < max(channel.min_bytes, 1):
        raise ChannelUnreadableError("empty-body", f"{url} answered with {len(body)} bytes, which is no {channel.kind}")
    listing = READERS[channel.kind](body, url, content_type, channel, now)
    bare = not listing.entries and not listing.children and not listing.flaw
    if bare and channel.kind not in _MAY_BE_EMPTY:
        return replace(
            listing, flaw="no-entries", flaw_detail=f"{url} answered with a {channel.kind} that lists nothing"
        )
    kept = tuple(entry for entry in listing.entries if not any(part in entry.url for part in channel.skip))
    return replace(listing, entries=kept)
