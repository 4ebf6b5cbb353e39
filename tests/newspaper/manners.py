"""A publisher with bad manners in, the answers out that stand in for its good ones.

Traits of pages are named in ``pages/*.yml``; what is wrong with channels is told here, by publisher.
"""

from collections.abc import Callable
from dataclasses import replace
from html import escape

from tests.newspaper import feeds, render
from tests.newspaper.answers import ENDLESS, Answer, article, document, feed, html
from tests.newspaper.press import Page, Site

HUGE = 11 * 1024 * 1024
SLOW = 3.0  # seconds
INSIDE = "http://169.254.169.254/latest/meta-data/"
Table = dict[str, Answer]

_LINE = b"<p>The hearing goes on. The next witness is called, the clerk reads the record, and the judges listen.</p>\n"
_ROW = b"<p>Garrison court; article 338, desertion; five years and six months in a penal colony; in force.</p>\n"


def spoil(site: Site) -> Table:
    """The bad answers of ``site`` by path."""
    answers: Table = {}
    for page in site.pages:
        if page.trait:
            answers |= _TRAITS[page.trait](site, page)
    if site.id in _CHANNELS:
        answers |= _CHANNELS[site.id](site)
    return answers


def _slow(site: Site, page: Page) -> Table:
    return {page.path: replace(article(site, page), wait=SLOW)}


def _endless(site: Site, page: Page) -> Table:
    return {page.path: _stretched(article(site, page), _LINE, ENDLESS)}


def _huge(site: Site, page: Page) -> Table:
    return {page.path: _stretched(article(site, page), _ROW, HUGE)}


def _stretched(answer: Answer, filler: bytes, size: int) -> Answer:
    """The page up to the end of its text, then ``filler``."""
    body = answer.body[: answer.body.index(b"\n</div>\n</article>")] + b"\n"
    return Answer(body=body, headers={"Content-Type": answer.headers["Content-Type"]}, filler=filler, filler_bytes=size)


def _loop(_: Site, page: Page) -> Table:
    there = f"{page.path}/moved"
    return {page.path: _redirect(there), there: _redirect(page.path)}


def _inside(_: Site, page: Page) -> Table:
    return {page.path: _redirect(INSIDE)}


def _redirect(target: str) -> Answer:
    return Answer(status=302, headers={"Location": target})


def _consent(site: Site, page: Page) -> Table:
    text = """<p>We value your privacy. Before you continue to the article, please tell us how we may use your data.</p>
<p>We and our partners store and read information on your device in order to measure how our pages are used.</p>
<p><button>Accept all cookies</button> <button>Manage your cookie settings</button></p>"""
    return {page.path: html(site, render.notice(site, "Your privacy", text))}


def _paywall(site: Site, page: Page) -> Table:
    more = """<p><strong>This article is for subscribers.</strong></p>
<form action="/login" method="post"><p>Already a subscriber? Log in to read on.</p>
<input name="user"><button>Log in</button></form>"""
    return {page.path: html(site, render.article(site, page, more=more), page.published)}


def _missing(site: Site, page: Page) -> Table:
    text = "<p>The page you requested could not be found. It may have been moved or withdrawn.</p>"
    return {page.path: html(site, render.notice(site, "Page not found", text))}


def _private(_: Site, __: Page) -> Table:
    """Nothing but its address is wrong: robots.txt closes the folder."""
    return {}


def _hostile(site: Site, page: Page) -> Table:
    more = '<p><a href="javascript:alert(4)">Read on: how the costume was sewn</a></p>'
    return {
        page.path: html(site, render.article(site, page, canonical="javascript:alert(5)", more=more), page.published)
    }


_TRAITS: dict[str, Callable[[Site, Page], Table]] = {
    "slow": _slow,
    "endless": _endless,
    "huge": _huge,
    "loop": _loop,
    "inside": _inside,
    "consent": _consent,
    "paywall": _paywall,
    "missing": _missing,
    "private": _private,
    "hostile": _hostile,
}


def _herald(site: Site) -> Table:
    """Four feeds: a page in place of one, nothing at all, half a feed, and an error of the server."""
    whole = feeds.rss(site)
    half = whole[: whole.rindex(b"<description>") + 30]
    return {
        "/feeds/moved.xml": html(site, render.front(site)),
        "/feeds/empty.xml": document(b"", "application/rss+xml", site.newest),
        "/feeds/truncated.xml": document(half, "application/rss+xml; charset=utf-8", site.newest),
        "/feeds/broken.xml": _error(500, "The database went away."),
    }


def _locked(_: Site) -> Table:
    return {"/robots.txt": _error(503, "Back soon.")}


def _hurried(site: Site) -> Table:
    refused = replace(_error(429, "Slow down."), headers={"Content-Type": "text/plain", "Retry-After": "2"})
    return {"/feed.xml": replace(feed(site), first=refused)}


def _prankster(site: Site) -> Table:
    link = f"<item><title>{escape('<b>Click</b> here')}</title><link>javascript:alert(6)</link></item>\n</channel>"
    body = feeds.rss(site).replace(b"</channel>", link.encode())
    return {"/feed.xml": document(body, "application/rss+xml; charset=utf-8", site.newest)}


def _error(status: int, text: str) -> Answer:
    return Answer(status=status, body=f"{text}\n".encode(), headers={"Content-Type": "text/plain"})


_CHANNELS: dict[str, Callable[[Site], Table]] = {
    "herald": _herald,
    "locked": _locked,
    "hurried": _hurried,
    "prankster": _prankster,
}
