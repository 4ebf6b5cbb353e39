"""A publisher in, everything that it answers out: one table from path to answer, all made before the doors open."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.newspaper import feeds, render
from tests.newspaper.press import Page, Site

ENDLESS = -1
_FORMATS: dict[str, tuple[Callable[[Site], bytes], str]] = {
    "rss": (feeds.rss, "application/rss+xml; charset=utf-8"),
    "atom": (feeds.atom, "application/atom+xml"),
    "rdf": (feeds.rdf, "application/rdf+xml"),
    "json": (feeds.json_feed, "application/feed+json"),
    "sitemap": (feeds.sitemap_index, "application/gzip"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent: after ``wait`` seconds the body, then ``filler`` over and over up to ``filler_bytes``.

    ``first`` stands in for the answer once, the first time that it is asked for.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    filler: bytes = b""
    filler_bytes: int = 0
    first: "Answer | None" = None

    @property
    def length(self) -> int | None:
        """How many bytes are sent; ``None`` where there is no end."""
        return None if self.filler_bytes == ENDLESS else len(self.body) + self.filler_bytes

    def unchanged(self, etags: str | None, since: str | None) -> bool:
        """Whether a client that sent ``If-None-Match: etags`` or ``If-Modified-Since: since`` has it already."""
        if self.status != 200 or "ETag" not in self.headers:
            return False
        if etags is not None:
            named = {etag.strip().removeprefix("W/") for etag in etags.split(",")}
            return "*" in named or self.headers["ETag"] in named
        return since is not None and _not_before(since, self.headers["Last-Modified"])


def _not_before(since: str, modified: str) -> bool:
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return False


def document(body: bytes, kind: str, modified: datetime, status: int = 200) -> Answer:
    """A body of a media type, with both validators."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {"Content-Type": kind, "ETag": etag, "Last-Modified": format_datetime(modified, usegmt=True)}
    return Answer(status=status, body=body, headers=headers)


def html(site: Site, text: str, modified: datetime | None = None, status: int = 200) -> Answer:
    """An HTML page in the site's own charset, as the header says."""
    kind = f"text/html; charset={site.charset}"
    return document(render.encoded(text, site.charset), kind, modified or site.born, status)


def article(site: Site, page: Page) -> Answer:
    """An article; a charset that is not the site's own is kept secret."""
    text = render.article(site, page)
    if page.charset == site.charset:
        return html(site, text, page.published)
    return document(render.encoded(text, page.charset), "text/html", page.published)


def feed(site: Site) -> Answer:
    """The site's channel in its format."""
    make, kind = _FORMATS[site.format]
    return document(make(site), kind, site.newest)


def table(site: Site) -> dict[str, Answer]:
    """Every answer of ``site`` by path, as long as it minds its manners."""
    answers = {
        "/": html(site, render.front(site)),
        "/robots.txt": document(feeds.robots(site), "text/plain", site.born),
    }
    answers |= {shelf: html(site, render.front(site, shelf)) for shelf in site.shelves}
    answers |= {page.path: article(site, page) for page in site.pages}
    answers |= {path: feed(site) for channel in site.sources.values() for path in channel.values()}
    if site.format == "sitemap":
        answers["/sitemaps/news.xml"] = document(feeds.news_sitemap(site), "application/xml", site.newest)
    text = "<p>This page is for the staff only; robots.txt asks machines to stay out.</p>"
    answers["/private/staff-room"] = html(site, render.notice(site, "Staff room", text))
    return answers


def missing(site: Site) -> Answer:
    """What is sent for every other path."""
    return html(site, render.notice(site, "404", "<p>There is nothing at this address.</p>"), status=404)
