"""Discovery: the body of a channel in, the links that it lists out; pure, no network.

A new kind of channel is one module here and one name in ``READERS``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from crawler.discovery import feeds, frontpages, sitemaps
from crawler.discovery.listing import Entry, Listing
from crawler.errors import ChannelUnreadableError
from db.model import Channel, ChannelKind

__all__ = ["READERS", "Entry", "Listing", "read"]

Reader = Callable[[bytes, str, str, Channel], Listing]
READERS: Mapping[ChannelKind, Reader] = {
    ChannelKind.FEED: lambda body, url, kind, _: feeds.read(body, url, kind),
    ChannelKind.SITEMAP: lambda body, url, kind, _: sitemaps.read(body, url, kind),
    ChannelKind.FRONTPAGE: lambda body, url, kind, channel: frontpages.read(body, url, kind, channel.article),
}


def read(channel: Channel, body: bytes, url: str, content_type: str = "") -> Listing:
    """What ``channel`` listed in ``body``, served from ``url`` (after redirects) with the header ``content_type``.

    Raises:
        ChannelUnreadableError: the body is empty, is an HTML page, or is not of the channel's kind.
    """
    if len(body.strip()) < max(channel.min_bytes, 1):
        raise ChannelUnreadableError("empty-body", f"{url} answered with {len(body)} bytes, which is no {channel.kind}")
    listing = READERS[channel.kind](body, url, content_type, channel)
    if not listing.entries and not listing.children and not listing.flaw:
        return replace(
            listing, flaw="no-entries", flaw_detail=f"{url} answered with a {channel.kind} that lists nothing"
        )
    kept = tuple(entry for entry in listing.entries if not any(part in entry.url for part in channel.skip))
    return replace(listing, entries=kept)
