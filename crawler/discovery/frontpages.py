"""Front pages: the links of an HTML page in, entries out; for sources that have no feed, such as courts and aid groups.

Each link to the page's own site is an entry: its words are the title, and a date that stands in the same row, list item
or card is its date. What is an article, the channel's ``article`` pattern says; without one, links of many words are.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import html
from w3lib.encoding import html_to_unicode

from crawler.discovery.listing import Entry, Listing, parse_time
from crawler.discovery.walls import is_wall
from crawler.errors import ChannelUnreadableError
from crawler.urls import absolute, is_web, same_site

_ROWS = frozenset({"tr", "li", "article", "dd", "section"})
_LEVELS = 4  # how far above a link its row may stand
_ROW_TEXT = 600  # characters; a longer element holds more than one link's row
_WORDS = 4  # a link of fewer is a name or a section
_DAY = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](20\d\d)(?!\d)|(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")


def read(body: bytes, url: str, content_type: str = "", article: str = "") -> Listing:
    """Entries of the page ``body``: links whose address the pattern ``article`` finds, each once, in their order.

    Raises:
        ChannelUnreadableError: the body is no HTML page.
    """
    if not re.search(rb"<(?:!doctype html|html|body|a)\b", body[:100_000], re.IGNORECASE):
        raise ChannelUnreadableError("not-a-page", f"{url} answered with something that is no HTML page")
    _, text = html_to_unicode(content_type or None, body)
    tree = html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", recover=True))
    wanted = re.compile(article) if article else None
    found: dict[str, Entry] = {}
    for entry in _entries(tree, url):
        known = found.get(entry.url)
        if _is_article(entry, wanted) and (known is None or len(known.title) < len(entry.title)):
            found[entry.url] = entry
    if not found and is_wall(body):
        raise ChannelUnreadableError("bot-wall", f"{url} answered with a wall against robots")
    return Listing(entries=tuple(found.values()))


def _entries(tree: html.HtmlElement, url: str) -> Iterator[Entry]:
    base = next((absolute(url, one.get("href") or "") for one in tree.iter("base") if one.get("href")), url)
    for link in tree.iter("a"):
        address = absolute(base, (link.get("href") or "").strip()).partition("#")[0]
        if is_web(address) and same_site(address, url) and address != url:
            title = " ".join(link.text_content().split()) or (link.get("title") or "").strip()
            yield Entry(url=address, title=title, published_at=_date_beside(link))


def _is_article(entry: Entry, wanted: re.Pattern[str] | None) -> bool:
    return bool(wanted.search(entry.url)) if wanted else len(entry.title.split()) >= _WORDS


def _date_beside(link: html.HtmlElement) -> datetime | None:
    """The first date in the row of ``link``: a time element's, else one in figures, day before month."""
    row = link
    for _, around in zip(range(_LEVELS), link.iterancestors(), strict=False):
        if len(around.text_content()) > _ROW_TEXT:
            break
        row = around
        if around.tag in _ROWS:
            break
    for element in row.iter("time"):
        if told := parse_time(element.get("datetime") or element.text_content()):
            return told
    day = _DAY.search(row.text_content())
    if not day:
        return None
    first, month, year, *iso = day.groups()
    return parse_time("-".join(iso) if iso[0] else f"{year}-{int(month):02}-{int(first):02}")
