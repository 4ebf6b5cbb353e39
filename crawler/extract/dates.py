"""A parsed page in, the moment of its publication and where that was told out.

Order of trust: feed, JSON-LD, meta elements, a time element of the article, the address, the text (htmldate). Later
ones are asked only where the earlier are silent or absurd; full timestamps count with their zone, a date alone means
midnight UTC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from htmldate import find_date
from htmldate.extractors import get_external_parser
from lxml import html

from crawler.extract import datespots, datewords
from crawler.extract.document import Document

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_META = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dc.date", "dcterms.created", "dc.terms.issued", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "cxenseparse:recs:publishtime", "article.published", "date",
)  # fmt: skip
_URL_DATE = re.compile(
    r"/(20\d\d)[/-](0[1-9]|1[0-2])[/-](0[1-9]|[12]\d|3[01])(?:[/-]|$)|/(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\D|$)"
)
_SURE = re.compile(r"\d{4}-?\d\d|.*\d:\d\d")
_YEAR = re.compile(r"\d{4}")
_ELSEWHERE = re.compile(
    r"foot|sidebar|aside|related|comment|nav|recommend|teaser|most-?read|modif|updat", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A moment in its own zone, where it was told (feed, json-ld, meta, time, url, text), and the publisher's day."""

    moment: datetime | None = None
    origin: str = ""
    day: date | None = None


def published(document: Document, told: datetime | None, fetched_at: datetime, language: str) -> Dated:
    """When the page was published; ``told`` is the channel's word. Nothing a day after the fetch is believed."""
    for origin, moment in _told(document, told, language):
        if EARLIEST <= moment <= fetched_at + timedelta(days=1):
            placed = moment if moment.utcoffset() else _in_its_zone(moment, document)
            return Dated(moment=placed.replace(microsecond=0), origin=origin, day=_day(placed, document))
    return Dated()


def from_text(document: Document, fetched_at: datetime) -> Dated:
    """The date that htmldate finds in the page's text and markup, else a day in words of the page's JSON-LD.

    Slower and less sure than ``published``.
    """
    _limit()
    guess = find_date(document.tree, original_date=True, extensive_search=True, max_date=fetched_at.date().isoformat())
    for origin, text in (("text", guess), ("json-ld", _linked(document))):
        moment = _parse(text, "")
        if moment and EARLIEST <= moment <= fetched_at + timedelta(days=1):
            return Dated(moment=moment, origin=origin, day=moment.date())
    return Dated()


@cache
def _limit() -> None:
    """Let htmldate ask for dates in words as we do, and not in all that dateparser knows: a second and 30 MB."""
    get_external_parser().__class__ = datewords.Parser
    datespots.spare()


def _linked(document: Document) -> str:
    """The date in JSON-LD; a day in words is asked last, since it is mostly that of the last change."""
    return str(document.linked.get("datePublished") or "").strip()


def _day(moment: datetime, document: Document) -> date:
    """The day on the publisher's calendar: the address's where that is a day beside it and the zone is not told."""
    named = _parse(_from_address(document.meta.get("og:url") or document.canonical), "")
    near = named and abs((named.date() - moment.date()).days) == 1
    return named.date() if named and near and not moment.utcoffset() else moment.date()


def _in_its_zone(told: datetime, document: Document) -> datetime:
    """``told``, a moment in UTC, in the zone in which the page tells the same moment."""
    told_again = (_linked(document), *(document.meta.get(name, "") for name in _META), *_times(document.tree))
    for moment in filter(None, (_parse(text, "") for text in told_again)):
        if moment.utcoffset() and abs(moment - told) < timedelta(minutes=1):
            return moment
    return told


def _told(document: Document, told: datetime | None, language: str) -> Iterator[tuple[str, datetime]]:
    if told:
        yield "feed", told
    linked = _linked(document)
    pieces = [("json-ld", linked)] if _SURE.match(linked) else []
    pieces += [("meta", document.meta.get(name, "")) for name in _META]
    pieces += [("time", text) for text in _times(document.tree)]
    pieces.append(("url", _from_address(document.meta.get("og:url") or document.canonical)))
    for origin, text in pieces:
        moment = _parse(text, language)
        if moment:
            yield origin, moment


def _times(tree: html.HtmlElement) -> Iterator[str]:
    """Time elements that stand in the article and not in its surroundings, in their order."""
    for element in tree.iter("time"):
        around = " ".join(
            f"{e.tag!s} {e.get('class', '')} {e.get('id', '')}" for e in (element, *element.iterancestors())
        )
        if not _ELSEWHERE.search(around):
            yield element.get("datetime") or element.text_content()


def _from_address(url: str) -> str:
    found = _URL_DATE.search(url)
    return "-".join(part for part in found.groups() if part) if found else ""


def _parse(text: str | None, language: str) -> datetime | None:
    text = (text or "").strip()
    if not text or len(text) > 60:
        return None
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datewords.moment(text, language) if _YEAR.search(text) else None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) if moment else None
