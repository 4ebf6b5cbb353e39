"""A site's front page and robots.txt in, where its feeds and sitemaps may stand out; and what a found address gives."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from lxml import html

from crawler.discovery import feeds, sitemaps
from crawler.discovery.listing import Listing
from crawler.errors import ChannelUnreadableError
from crawler.urls import absolute, same_site
from db.model import ChannelKind

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_USUAL = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/news-sitemap.xml", "/sitemap-news.xml")
_SITEMAP_LINE = re.compile(rb"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def usual(homepage: str) -> list[str]:
    """Addresses at which feeds and news sitemaps often stand."""
    return [found for path in _USUAL if (found := absolute(homepage, path))]


def named(body: bytes, url: str) -> list[str]:
    """Feeds that an HTML page names in its head or links to, and sitemaps that a robots.txt names, each once."""
    lines = [absolute(url, line.decode("utf-8", "replace")) for line in _SITEMAP_LINE.findall(body)]
    if urlsplit(url).path == "/robots.txt":
        return list(dict.fromkeys(found for found in lines if found))
    return list(dict.fromkeys(_on_page(body, url)))


def _on_page(body: bytes, url: str) -> Iterator[str]:
    tree = html.fromstring(body or b"<p>", parser=html.HTMLParser(encoding="utf-8", recover=True))
    for link in tree.iter("link"):
        if (link.get("type") or "").lower() in _TYPES and (found := absolute(url, link.get("href") or "")):
            yield found
    for link in tree.iter("a"):
        found = absolute(url, link.get("href") or "")
        path = urlsplit(found).path.lower()
        if found and same_site(found, url) and re.search(r"(?:/(?:rss|feed|atom)(?:/|$)|\.(?:rss|atom)$)", path):
            yield found


def what(body: bytes, url: str, content_type: str = "") -> tuple[ChannelKind, Listing] | None:
    """The kind of channel that stands at ``url``, and what it lists; ``None`` where it is none."""
    is_feed = bool(re.search(rb"<(?:rss|feed|rdf:RDF)\b", body[:2000], re.IGNORECASE))
    for kind, read in ((ChannelKind.FEED, feeds.read), (ChannelKind.SITEMAP, sitemaps.read)):
        with suppress(ChannelUnreadableError):
            if kind is ChannelKind.SITEMAP or is_feed or body.lstrip()[:1] == b"{":
                return kind, read(body, url, content_type)
    return None


def about(body: bytes, url: str) -> tuple[str, str]:
    """The name of the site and the language of its front page, as that says; empty where it does not."""
    tree = html.fromstring(body or b"<p>", parser=html.HTMLParser(encoding="utf-8", recover=True))
    told = [meta.get("content") or "" for meta in tree.iter("meta") if meta.get("property") == "og:site_name"]
    title = " ".join((tree.findtext(".//title") or "").split())
    root = tree if tree.tag == "html" else next(tree.iter("html"), tree)
    language = (root.get("lang") or "").lower()[:2]
    name = next(
        (text.strip() for text in told if text.strip()), re.split(r"\s[|–—-]\s", title)[-1] or urlsplit(url).netloc
    )
    return name, language if re.fullmatch(r"[a-z]{2}", language) else ""
