"""Sitemaps: urlsets, news sitemaps, indexes, plain lists and robots.txt lines, gzip or not, in; entries out.

Grammar: sitemaps.org protocol 0.9 and Google's news extension 0.9. Elements are known by their local names, since many
publishers get the namespaces wrong.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import etree

from crawler.discovery import feeds
from crawler.discovery.listing import Entry, Listing, parse_time
from crawler.discovery.walls import is_wall
from crawler.errors import ChannelUnreadableError
from crawler.urls import absolute

MAX_BYTES = 64 * 1024 * 1024
_FEED_ROOTS = {"rss", "feed", "rdf"}
_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_/]?(0[1-9]|1[0-2])(?:[-_/]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
_ROBOTS_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def read(body: bytes, url: str, content_type: str = "") -> Listing:
    """Entries and further sitemaps of the sitemap ``body``; see ``crawler.discovery.read``."""
    body = _unzipped(body, url)
    if body.lstrip()[:1] != b"<" and b"<urlset" not in body[:1000] and b"<sitemapindex" not in body[:1000]:
        return _plain_list(body, url)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, huge_tree=True
    )
    root = _root(body.lstrip(), parser)
    name = _name(root) if root is not None else ""
    if root is None or name not in {"urlset", "sitemapindex", *_FEED_ROOTS}:
        what = "not-a-feed" if name != "html" else "bot-wall" if is_wall(body) else "html-instead-of-feed"
        raise ChannelUnreadableError(what, f"{url} answered with <{name or 'nothing'}>, which is no sitemap")
    if name in _FEED_ROOTS:
        return feeds.read(body, url, content_type)
    entries = tuple(_entries(root, url))
    detail = str(parser.error_log[0].message) if len(parser.error_log) else ""
    listing = Listing(flaw="damaged-feed" if detail else "", flaw_detail=detail)
    return replace(listing, children=entries) if name == "sitemapindex" else replace(listing, entries=entries)


def _unzipped(body: bytes, url: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        unpacker = zlib.decompressobj(wbits=31)
        plain = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise ChannelUnreadableError("not-a-feed", f"{url} answered with gzip that cannot be read: {error}") from error
    if unpacker.unconsumed_tail:
        raise ChannelUnreadableError("too-large", f"{url} unpacks to more than {MAX_BYTES} bytes")
    return plain


def _root(body: bytes, parser: etree.XMLParser) -> etree._Element | None:
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _entries(root: etree._Element, base: str) -> Iterator[Entry]:
    for element in root:
        said = {_name(part): (part.text or "").strip() for part in element.iter() if part.text and not len(part)}
        url = absolute(base, _child(element, "loc"))
        if url and _name(element) in {"url", "sitemap"}:
            yield Entry(
                url=url,
                title=" ".join(_news(element, "title").split()),
                published_at=parse_time(said.get("publication_date")),
                modified_at=parse_time(said.get("lastmod")) or _last_day(url, _name(element)),
            )


def _last_day(url: str, name: str) -> datetime | None:
    """The end of the month or day that the address of a further sitemap names; nothing in it can be younger."""
    told = _MONTH.search(url) if name == "sitemap" else None
    if not told:
        return None
    year, month, day = int(told[1]), int(told[2]), int(told[3] or 0)
    try:
        start = datetime(year, month, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    return start + timedelta(days=1) if day else (start.replace(day=28) + timedelta(days=5)).replace(day=2)


def _child(element: etree._Element, name: str) -> str:
    return next(((part.text or "").strip() for part in element if _name(part) == name), "")


def _news(element: etree._Element, name: str) -> str:
    return next((_child(part, name) for part in element if _name(part) == "news"), "")


def _plain_list(body: bytes, url: str) -> Listing:
    """A text sitemap is one address a line; a robots.txt names further sitemaps."""
    text = body.decode("utf-8", errors="replace")
    named = [Entry(url=found) for line in _ROBOTS_LINE.findall(text) if (found := absolute(url, line))]
    if named:
        return Listing(children=tuple(named))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        raise ChannelUnreadableError("not-a-feed", f"{url} answered with something that is no sitemap: {body[:60]!r}")
    return Listing(entries=tuple(Entry(url=line) for line in lines if absolute(url, line)))
